// Which of what is affected is listed, and by what it is grouped.
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/Icons';
import type { ImpactState } from '../../lib/impactUrl';
import { hasFilters, nodeTypes, noFilters } from '../../lib/impactUrl';
import type { NodeType } from '../../lib/nodeId';
import { readable } from '../../lib/nodeId';
import type { Affected } from './useImpact';

interface Props {
  state: ImpactState;
  affected: readonly Affected[];
  groups: readonly Schemas['ImpactGroup'][];
  change: (more: Partial<ImpactState>) => void;
}

interface AddProps {
  label: string;
  values: string[];
  chosen: readonly string[];
  text?: (value: string) => string;
  onAdd: (value: string) => void;
}

const inOrder = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });

function Add({ label, values, chosen, text = (value) => value, onAdd }: AddProps) {
  const rest = [...new Set(values)].filter((v) => !chosen.includes(v)).sort(inOrder);
  return (
    <select
      aria-label={label}
      value=""
      disabled={rest.length === 0}
      onChange={(event) => onAdd(event.target.value)}
    >
      <option value="">{label} …</option>
      {rest.map((value) => (
        <option key={value} value={value}>
          {text(value)}
        </option>
      ))}
    </select>
  );
}

interface Chip {
  text: string;
  without: Partial<ImpactState>;
}

const typeTexts: Record<NodeType, string> = {
  DATASET: 'datasets',
  JOB: 'jobs',
  CONSUMER: 'consumers',
};

function chipsOf(s: ImpactState): Chip[] {
  const without = (list: readonly string[], value: string) => list.filter((v) => v !== value);
  return [
    ...s.types.map((t) => ({
      text: typeTexts[t],
      without: { types: s.types.filter((x) => x !== t) },
    })),
    ...s.owners.map((o) => ({ text: `owner ${o}`, without: { owners: without(s.owners, o) } })),
    ...s.namespaces.map((n) => ({
      text: `in ${n}`,
      without: { namespaces: without(s.namespaces, n) },
    })),
    ...(s.maxDistance === null
      ? []
      : [{ text: `distance ≤ ${s.maxDistance}`, without: { maxDistance: null } }]),
    ...(s.assumed === null
      ? []
      : [{ text: s.assumed ? 'assumed only' : 'certain only', without: { assumed: null } }]),
  ];
}

export function Filters({ state, affected, groups, change }: Props) {
  const keys = (by: 'owner' | 'namespace') =>
    state.groupBy === by ? groups.map((g) => g.key).filter((k) => k !== '') : [];
  const chips = chipsOf(state);
  return (
    <div className="filters">
      <div className="filter-row">
        <label>
          Group by
          <select
            value={state.groupBy ?? ''}
            onChange={(event) =>
              change({ groupBy: (event.target.value || null) as ImpactState['groupBy'] })
            }
          >
            <option value="">nothing</option>
            <option value="owner">owner</option>
            <option value="namespace">namespace</option>
          </select>
        </label>
        <label>
          First
          <select
            value={state.order}
            onChange={(event) =>
              change({ order: event.target.value === 'weight' ? 'weight' : 'distance' })
            }
          >
            <option value="distance">the nearest</option>
            <option value="weight">the heaviest, by severity and use</option>
          </select>
        </label>
        <span className="filter-adds" role="group" aria-label="Filters">
          <Add
            label="Owner"
            values={[...affected.flatMap((a) => a.owners), ...keys('owner')]}
            chosen={state.owners}
            onAdd={(owner) => change({ owners: [...state.owners, owner], open: null })}
          />
          <Add
            label="Namespace"
            values={[...affected.map((a) => readable(a.nodeId).namespace), ...keys('namespace')]}
            chosen={state.namespaces}
            onAdd={(n) => change({ namespaces: [...state.namespaces, n], open: null })}
          />
          <Add
            label="Type"
            values={nodeTypes}
            chosen={state.types}
            text={(type) => typeTexts[type as NodeType]}
            onAdd={(type) => change({ types: [type as NodeType], open: null })}
          />
          <Add
            label="Distance"
            values={['1', '2', '3', '5', '10']}
            chosen={[]}
            text={(n) => `at most ${n}`}
            onAdd={(n) => change({ maxDistance: Number(n), open: null })}
          />
          <select
            aria-label="Certainty"
            value={state.assumed === null ? '' : String(state.assumed)}
            onChange={(event) =>
              change({
                assumed: event.target.value === '' ? null : event.target.value === 'true',
                open: null,
              })
            }
          >
            <option value="">certain or assumed</option>
            <option value="false">certain only</option>
            <option value="true">assumed only</option>
          </select>
        </span>
      </div>
      {(chips.length > 0 || hasFilters(state)) && (
        <ul className="chip-row" aria-label="Filters in use">
          {chips.map((chip) => (
            <li key={chip.text} className="filter-chip">
              {chip.text}
              <button
                type="button"
                className="chip-close"
                aria-label={`Remove the filter ${chip.text}`}
                onClick={() => change(chip.without)}
              >
                <Icon name="close" size={12} />
              </button>
            </li>
          ))}
          <li>
            <button type="button" className="link-button" onClick={() => change(noFilters)}>
              Clear filters
            </button>
          </li>
        </ul>
      )}
    </div>
  );
}
