// What is compared with what: two datasets, moments or environments, and how strictly.
import { MomentInput } from '../../components/MomentInput';
import { NodePicker } from '../../components/NodePicker';
import { Select } from '../../components/Select';
import type { ComparePart, CompareState, Side } from '../../lib/compareUrl';
import { compareParts, swapped, withSide } from '../../lib/compareUrl';
import { partTexts, percent } from './compareWords';
import { useEnvironments } from './useQuality';

interface Props {
  state: CompareState;
  change: (next: CompareState) => void;
}

interface SideProps {
  title: 'Left' | 'Right';
  side: Side;
  environments: readonly string[];
  onChange: (side: Side) => void;
}

function OneSide({ title, side, environments, onChange }: SideProps) {
  const named = side.environment;
  const known = named === null || environments.includes(named);
  const options = known ? environments : [...environments, named];
  const set = (more: Partial<Side>) => onChange(withSide(side, more));
  return (
    <fieldset className="compare-side">
      <legend>{title}</legend>
      <span className="compare-dataset">
        <NodePicker
          label={`${title} dataset`}
          only="DATASET"
          placeholder={title === 'Right' ? 'The same, or another dataset' : undefined}
          value={side.nodeId}
          onChange={(nodeId) => set({ nodeId })}
        />
        {title === 'Right' && side.nodeId !== '' && (
          <button type="button" className="button" onClick={() => set({ nodeId: '' })}>
            The same dataset
          </button>
        )}
      </span>
      <span className="compare-when">
        <label className="select">
          As of
          <MomentInput
            label={`${title} as of`}
            value={side.asOf}
            empty="now"
            onChange={(asOf) => set({ asOf })}
          />
        </label>
        <Select
          label="Environment"
          value={named}
          any="production"
          options={options.map((name) => [name, name] as const)}
          onChange={(environment) => set({ environment })}
        />
      </span>
    </fieldset>
  );
}

const tolerances = [0, 0.001, 0.01, 0.05, 0.1];

function Strictness({ state, change }: Props) {
  const known = tolerances.includes(state.tolerance);
  const offered = known ? tolerances : [...tolerances, state.tolerance];
  const toggle = (part: ComparePart) => {
    const next = state.parts.includes(part)
      ? state.parts.filter((p) => p !== part)
      : [...state.parts, part];
    if (next.length > 0) change({ ...state, parts: compareParts.filter((p) => next.includes(p)) });
  };
  return (
    <div className="filter-row" role="group" aria-label="How strictly">
      <Select
        label="Equal if it differs by"
        value={String(state.tolerance)}
        options={offered.map(
          (t) => [String(t), t === 0 ? 'nothing' : `at most ${percent(t)}`] as const,
        )}
        onChange={(t) => change({ ...state, tolerance: Number(t ?? 0) })}
      />
      <span className="switch" role="group" aria-label="Parts">
        {compareParts.map((part) => (
          <button
            key={part}
            type="button"
            aria-pressed={state.parts.includes(part)}
            onClick={() => toggle(part)}
          >
            {partTexts[part]}
          </button>
        ))}
      </span>
      <button
        type="button"
        className="button"
        disabled={state.left.nodeId === '' && state.right.nodeId === ''}
        onClick={() => change(swapped(state))}
      >
        Swap sides
      </button>
    </div>
  );
}

export function CompareSides({ state, change }: Props) {
  const environments = useEnvironments().data?.environments.map((e) => e.name) ?? [];
  return (
    <section className="card compare-form" aria-label="What is compared">
      <div className="compare-sides">
        <OneSide
          title="Left"
          side={state.left}
          environments={environments}
          onChange={(left) => change({ ...state, left })}
        />
        <OneSide
          title="Right"
          side={state.right}
          environments={environments}
          onChange={(right) => change({ ...state, right })}
        />
      </div>
      <Strictness state={state} change={change} />
    </section>
  );
}
