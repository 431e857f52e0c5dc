// Of what alone the costs are: chips, and a field for one more.
import type { FormEvent } from 'react';
import { useEffect, useId, useRef, useState } from 'react';
import { Icon } from '../../components/Icons';
import { NodePicker } from '../../components/NodePicker';
import type { CostState, CostTab, FilterDimension } from '../../lib/costUrl';
import { filterDimensions, filtered, hasFilters } from '../../lib/costUrl';
import { quantity } from '../../lib/measures';
import { readable, shownAs } from '../../lib/nodeId';
import type { Times } from './useCosts';
import { mostOffered, useFilterValues } from './useCosts';
import { dimensionTexts } from './words';

interface Props {
  state: CostState;
  times: Times;
  change: (more: Partial<CostState>) => void;
}

interface PickProps {
  state: CostState;
  times: Times;
  dimension: FilterDimension;
  onPick: (key: string) => void;
}

// Keys of what is no node stand in brackets.
function keyText(dimension: FilterDimension, key: string): string {
  const isNode = dimension === 'job' || dimension === 'dataset' || dimension === 'consumer';
  if (!isNode || key.startsWith('(')) return key;
  const { type, namespace, name } = readable(key);
  return shownAs(type, namespace, name).name;
}

// Owners, namespaces and tags are texts: those that have costs are offered, any can be written.
function TextValue({ state, times, dimension, onPick }: PickProps) {
  const list = useId();
  const [text, setText] = useState('');
  const answer = useFilterValues(state, times, dimension).data;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') onPick(text.trim());
  };
  return (
    <form className="filter-value" aria-label={`Only one ${dimension}`} onSubmit={submit}>
      <input
        type="text"
        aria-label={dimensionTexts[dimension]}
        placeholder={`Which ${dimension}?`}
        list={list}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <datalist id={list}>
        {answer?.root.children.map((c) => (
          <option
            key={c.key}
            value={c.key}
            label={quantity(c.value, answer.measure, answer.unit)}
          />
        ))}
      </datalist>
      <button type="submit" className="button" disabled={text.trim() === ''}>
        Only this
      </button>
    </form>
  );
}

function ConsumerValue({ state, times, dimension, onPick }: PickProps) {
  const resource = useFilterValues(state, times, dimension);
  const answer = resource.data;
  const offered = answer?.root.children ?? [];
  return (
    <>
      <select
        aria-label={dimensionTexts[dimension]}
        value=""
        onChange={(event) => onPick(event.target.value)}
      >
        <option value="">
          {!answer && resource.loading
            ? 'Loading …'
            : offered.length === 0
              ? 'No consumer in this interval'
              : 'Which consumer?'}
        </option>
        {offered.map((c) => (
          <option key={c.key} value={c.key}>
            {c.name}, {answer && quantity(c.value, answer.measure, answer.unit)}
          </option>
        ))}
      </select>
      {answer?.root.other && answer.root.other.count > 0 && (
        <span className="quiet">the {mostOffered} that cost most</span>
      )}
    </>
  );
}

const noNode = { job: '(unattributed)', dataset: '(no output)' } as const;

function NodeValue({ dimension, onPick }: { dimension: 'job' | 'dataset' } & PickProps) {
  const none = noNode[dimension];
  return (
    <>
      <NodePicker
        label={dimensionTexts[dimension]}
        only={dimension === 'job' ? 'JOB' : 'DATASET'}
        value=""
        onChange={onPick}
      />
      <button type="button" className="button" onClick={() => onPick(none)}>
        {none}
      </button>
    </>
  );
}

function Value(props: PickProps) {
  const { dimension } = props;
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    box.current?.querySelector<HTMLElement>('input, select')?.focus();
  }, [dimension]);
  return (
    <span className="filter-pick" ref={box}>
      {dimension === 'job' || dimension === 'dataset' ? (
        <NodeValue {...props} dimension={dimension} />
      ) : dimension === 'consumer' ? (
        <ConsumerValue {...props} />
      ) : (
        <TextValue key={dimension} {...props} />
      )}
    </span>
  );
}

// Filters that the answer of a tab does not know.
export function unheard(tab: CostTab, state: CostState): string | null {
  if (!hasFilters(state)) return null;
  if (tab === 'odd') return 'Unusual days are of all: filters do not count here.';
  if (tab === 'waste' && state.filters.consumer !== undefined) {
    return 'Waste is what no consumer used: the filter by consumer does not count here.';
  }
  return null;
}

export function Filters({ state, times, change }: Props) {
  const [adding, setAdding] = useState<FilterDimension | null>(null);
  const add = useRef<HTMLSelectElement>(null);
  const set = filterDimensions.filter((d) => state.filters[d] !== undefined);
  const rest = filterDimensions.filter((d) => state.filters[d] === undefined);
  const note = unheard(state.tab, state);
  const put = (dimension: FilterDimension, key: string | null) => {
    setAdding(null);
    change(filtered(state, dimension, key));
    add.current?.focus(); // what was pressed is gone
  };
  return (
    <div
      className="filter-row cost-filters"
      role="group"
      aria-label="Filters"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || adding === null) return;
        setAdding(null);
        add.current?.focus();
      }}
    >
      <span className="quiet">Only</span>
      {set.length > 0 && (
        <ul className="filter-chips" aria-label="Filters that are on">
          {set.map((d) => {
            const key = state.filters[d] ?? '';
            return (
              <li key={d} className="filter-chip" title={key}>
                {dimensionTexts[d]}: {keyText(d, key)}
                <button
                  type="button"
                  className="chip-close"
                  aria-label={`Take away the filter by ${dimensionTexts[d].toLowerCase()}`}
                  onClick={() => put(d, null)}
                >
                  <Icon name="close" size={12} />
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <select
        ref={add}
        aria-label="Add a filter"
        value={adding ?? ''}
        disabled={rest.length === 0}
        onChange={(event) => setAdding(rest.find((d) => d === event.target.value) ?? null)}
      >
        <option value="">{set.length === 0 ? 'all of it' : 'and …'}</option>
        {rest.map((d) => (
          <option key={d} value={d}>
            {dimensionTexts[d]} …
          </option>
        ))}
      </select>
      {adding !== null && (
        <Value
          state={state}
          times={times}
          dimension={adding}
          onPick={(key) => {
            if (key !== '') put(adding, key);
          }}
        />
      )}
      {note !== null && <span className="field-wrong">{note}</span>}
    </div>
  );
}
