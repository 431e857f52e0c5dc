// What is measured, when, of whom, and with what it is compared.
import { MomentInput } from '../../components/MomentInput';
import { Select } from '../../components/Select';
import { Switch } from '../../components/Switch';
import type { CostState } from '../../lib/costUrl';
import { presets } from '../../lib/costUrl';
import type { Measure } from '../../lib/measures';
import { measures, measureTexts } from '../../lib/measures';
import { moment } from '../../lib/format';
import type { Times } from './useCosts';

interface Props {
  state: CostState;
  times: Times;
  comparable: boolean;
  change: (more: Partial<CostState>) => void;
}

const measureOptions = measures.map((m) => [m, measureTexts[m]] as const);

function Compared({ state, times, change }: Props) {
  const { earlier } = times;
  return (
    <>
      <Select
        label="Compare with"
        value={state.compare}
        any="nothing"
        options={[
          ['previous', 'the time before'],
          ['other', 'another time'],
        ]}
        onChange={(compare) =>
          change({
            compare,
            compareFrom: compare === 'other' ? (earlier?.from ?? null) : null,
            compareTo: compare === 'other' ? (earlier?.to ?? null) : null,
          })
        }
      />
      {state.compare === 'other' && (
        <span className="interval-inputs">
          <MomentInput
            label="Compared from"
            value={state.compareFrom}
            empty="from"
            onChange={(compareFrom) => change({ compareFrom })}
          />
          <span>to</span>
          <MomentInput
            label="Compared to"
            value={state.compareTo}
            empty="to"
            onChange={(compareTo) => change({ compareTo })}
          />
        </span>
      )}
      {state.compare === 'previous' && earlier && (
        <span className="quiet">from {moment(earlier.from)}</span>
      )}
      {state.compare !== null && !earlier && (
        <span className="field-wrong" role="alert">
          Say from when to when it is compared.
        </span>
      )}
    </>
  );
}

export function Controls(props: Props) {
  const { state, times, comparable, change } = props;
  return (
    <div className="filter-row costs-controls" role="group" aria-label="What is asked">
      <Select<Measure>
        label="Measure"
        value={state.measure}
        options={measureOptions}
        onChange={(measure) => change({ measure: measure ?? 'amount' })}
      />
      <Switch
        label="Interval"
        value={state.from === null ? state.days : null}
        options={presets.map((n) => [n, `${n} days`] as const)}
        onChange={(days) => change({ days, from: null, to: null })}
      />
      <span className="interval-inputs">
        <MomentInput
          label="From"
          value={times.interval.from}
          empty="from"
          onChange={(from) => change({ from, to: from === null ? null : times.interval.to })}
        />
        <span className="quiet">to</span>
        <MomentInput
          label="To"
          value={times.interval.to}
          empty="today"
          onChange={(to) => change({ to, from: to === null ? null : times.interval.from })}
        />
      </span>
      {comparable && (
        <>
          <Switch
            label="View"
            value={state.view}
            options={[
              ['direct', 'Direct'],
              ['inherited', 'Inherited'],
            ]}
            onChange={(view) => change({ view, path: [] })}
          />
          <span className="quiet view-text">
            {state.view === 'direct' ? 'where it arose' : 'for whom, along the lineage'}
          </span>
          <Switch
            label="Shape"
            value={state.shape}
            options={[
              ['sunburst', 'Sunburst'],
              ['icicle', 'Icicle'],
            ]}
            onChange={(shape) => change({ shape })}
          />
          <Compared {...props} />
        </>
      )}
      {state.knownAt !== null && (
        <span className="filter-chip">
          as known at {state.knownAt}{' '}
          <button type="button" className="edit-button" onClick={() => change({ knownAt: null })}>
            now
          </button>
        </span>
      )}
    </div>
  );
}
