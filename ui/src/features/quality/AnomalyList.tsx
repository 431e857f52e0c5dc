// What was unlike its own history, day by day, over all datasets.
import { VerdictMark } from '../../components/MonitorLines';
import { Loading } from '../../components/Marks';
import { MomentInput } from '../../components/MomentInput';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { Switch } from '../../components/Switch';
import { costsHref } from '../../lib/costUrl';
import { addDays } from '../../lib/days';
import { moment, plural } from '../../lib/format';
import { lineageHref } from '../../lib/lineageUrl';
import { measures } from '../../lib/measures';
import { readable } from '../../lib/nodeId';
import type { QualityState } from '../../lib/qualityUrl';
import { anomalyDays, anomalyInterval, anomalyKinds, withKind } from '../../lib/qualityUrl';
import { Link } from '../../lib/router';
import type { Anomaly } from '../../lib/verdicts';
import { anomalyText, kindTexts } from '../../lib/verdicts';
import type { AnomaliesAnswer } from './useQuality';
import { useAnomalies } from './useQuality';

interface Props {
  state: QualityState;
  now: number;
  change: (more: Partial<QualityState>) => void;
}

function Controls({ state, now, change }: Props) {
  const { from, to } = anomalyInterval(state, now);
  return (
    <div className="filter-row" role="group" aria-label="Which anomalies">
      <span className="switch" role="group" aria-label="Kinds">
        <button
          type="button"
          aria-pressed={state.kinds.length === 0}
          onClick={() => change({ kinds: [] })}
        >
          All kinds
        </button>
        {anomalyKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={state.kinds.includes(kind)}
            onClick={() => change({ kinds: withKind(state.kinds, kind) })}
          >
            {kindTexts[kind]}
          </button>
        ))}
      </span>
      <Switch
        label="Interval"
        value={state.from === null ? state.days : null}
        options={anomalyDays.map((n) => [n, `${n} days`] as const)}
        onChange={(days) => change({ days, from: null })}
      />
      <span className="interval-inputs">
        <MomentInput
          label="From"
          value={from}
          empty="from"
          onChange={(next) => change({ from: next })}
        />
        <span className="quiet">to</span>
        <MomentInput
          label="To"
          value={to ?? null}
          empty="now"
          onChange={(next) => change({ to: next })}
        />
      </span>
    </div>
  );
}

// Where the numbers behind it are: the costs of its day, or the profile of the dataset.
function detailOf(a: Anomaly): { href: string; text: string } {
  if (a.kind === 'cost') {
    const interval = { from: `${a.day}T00:00:00Z`, to: `${addDays(a.day, 1)}T00:00:00Z` };
    const measure = measures.find((m) => m === a.measure) ?? 'amount';
    return { href: costsHref({ ...interval, measure, by: ['namespace', 'job'] }), text: 'Costs' };
  }
  return { href: lineageHref(a.nodeId, { profile: a.column ?? '' }), text: 'Profile' };
}

function Row({ anomaly: a, costUnit }: { anomaly: Anomaly; costUnit: string }) {
  const detail = detailOf(a);
  const text = anomalyText(a, costUnit);
  return (
    <tr>
      <td className="anomaly-day">
        <time dateTime={a.at} title={moment(a.at)}>
          {a.day}
        </time>
      </td>
      <th scope="row">
        <NodeLink {...readable(a.nodeId)} id={a.nodeId} />
        <span className="narrow-only quiet">{text}</span>
      </th>
      <td>
        <span className="anomaly-kind">{kindTexts[a.kind]}</span> <VerdictMark status={a.status} />
      </td>
      <td className="wide-only">{text}</td>
      <td className="number" title="Robust spreads away from what is usual">
        {a.z > 0 ? '+' : '−'}
        {Math.abs(a.z) >= 50 ? '50 and more' : Math.abs(a.z).toFixed(1)}
      </td>
      <td>
        <Link href={detail.href} aria-label={`${detail.text} of ${readable(a.nodeId).name}`}>
          {detail.text}
        </Link>
      </td>
    </tr>
  );
}

function Table({ pages }: { pages: readonly AnomaliesAnswer[] }) {
  return (
    <div className="table-card scroll-x">
      <table className="plain-table anomaly-table">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">What</th>
            <th scope="col">Kind</th>
            <th scope="col" className="wide-only">
              Seen, and what is usual
            </th>
            <th scope="col" className="number">
              Spreads
            </th>
            <th scope="col">
              <span className="visually-hidden">Look at it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {pages.flatMap((page) =>
            page.anomalies.map((a) => (
              <Row
                key={`${a.day} ${a.kind} ${a.nodeId}`}
                anomaly={a}
                costUnit={page.cost_unit ?? ''}
              />
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

export function AnomalyList(props: Props) {
  const answer = useAnomalies(props.state, props.now);
  const first = answer.pages[0];
  return (
    <>
      <Controls {...props} />
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!first && answer.loading && <Loading what="anomalies" />}
      {first && first.totalCount === 0 && (
        <p className="note note-good">
          Nothing was unlike its own history from {first.from} to {addDays(first.to, -1)}, of what
          is known for long enough.
        </p>
      )}
      {first && first.totalCount > 0 && (
        <>
          <p role="status">
            {plural(first.totalCount, 'anomaly', 'anomalies')} from {first.from} to{' '}
            {addDays(first.to, -1)} (UTC), the newest day first, of each day the gravest first.
          </p>
          <Table pages={answer.pages} />
        </>
      )}
      {answer.more && (
        <button type="button" className="button" disabled={answer.loading} onClick={answer.more}>
          Load more
        </button>
      )}
    </>
  );
}
