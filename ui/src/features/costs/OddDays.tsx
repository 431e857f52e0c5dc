// Days on which something cost unusually much or little, against its own days before.
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { Select } from '../../components/Select';
import type { CostState } from '../../lib/costUrl';
import { outside } from '../../lib/costUrl';
import { plural } from '../../lib/format';
import { share, wholeQuantity } from '../../lib/measures';
import { readable } from '../../lib/nodeId';
import { Nothing } from './Nothing';
import type { CostAnomalies, OddOf, Times } from './useCosts';
import { mostOddDays, useBooked, useOddDays } from './useCosts';

interface Props {
  state: CostState;
  times: Times;
  change: (more: Partial<CostState>) => void;
}

type Odd = CostAnomalies['anomalies'][number];

function usualText(odd: Odd, text: (n: number | null) => string): string {
  const range =
    odd.low !== null && odd.high !== null ? `, ${text(odd.low)} to ${text(odd.high)} is ok` : '';
  return `usual ${text(odd.expected)}${range} (${plural(odd.samples, 'day')})`;
}

function Table({ pages }: { pages: readonly CostAnomalies[] }) {
  const first = pages[0];
  if (!first) return null;
  const text = (n: number | null) =>
    n === null ? '–' : wholeQuantity(n, first.measure, first.unit);
  return (
    <div className="table-card scroll-x">
      <table className="plain-table odd-table">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">What</th>
            <th scope="col" className="number">
              Cost
            </th>
            <th scope="col" className="wide-only">
              Against
            </th>
            <th scope="col" className="number">
              Of the day
            </th>
          </tr>
        </thead>
        <tbody>
          {pages
            .flatMap((page) => page.anomalies)
            .map((odd) => (
              <tr key={`${odd.day} ${odd.nodeId}`}>
                <td>
                  <time dateTime={odd.day}>{odd.day}</time>
                </td>
                <th scope="row">
                  <NodeLink {...readable(odd.nodeId)} id={odd.nodeId} />
                  <span className="narrow-only quiet">{usualText(odd, text)}</span>
                </th>
                <td className="number">
                  <span className={`trend-text trend-${odd.z >= 0 ? 'much_more' : 'much_less'}`}>
                    {odd.z >= 0 ? 'too much' : 'too little'}
                  </span>{' '}
                  {text(odd.value)}
                </td>
                <td className="wide-only">{usualText(odd, text)}</td>
                <td className="number">{odd.day_share === null ? '–' : share(odd.day_share, 1)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

// Where nothing was booked, nothing can have been unusual.
function None(props: Props) {
  const booked = useBooked(props.state, props.times, true);
  if (booked.loading) return <Loading what="what the ledger holds" />;
  if (booked.data && outside(booked.data, props.times.interval)) {
    return <Nothing {...props} booked={booked.data} />;
  }
  return (
    <p className="note note-good">
      Nothing cost unusually much or little, of what is known for long enough.
    </p>
  );
}

export function OddDays({ state, times, change }: Props) {
  const { answer, clipped } = useOddDays(state, times);
  const first = answer.pages[0];
  const of: OddOf = state.of === 'dataset' ? 'dataset' : 'job';
  return (
    <div className="costs-body">
      <div className="filter-row" role="group" aria-label="Unusual days">
        <Select<OddOf>
          label="Of"
          value={of}
          options={[
            ['job', 'Job'],
            ['dataset', 'Dataset'],
          ]}
          onChange={(next) => change({ of: next ?? 'job' })}
        />
        {clipped && (
          <span className="quiet">
            Only the last {mostOddDays} days of the interval are looked at.
          </span>
        )}
      </div>
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!first && answer.loading && <Loading what="unusual days" />}
      {first && first.totalCount === 0 && <None state={state} times={times} change={change} />}
      {first && first.totalCount > 0 && (
        <>
          <p role="status">
            {plural(first.totalCount, 'unusual cost')}, the newest day first, of each day the
            gravest first.
          </p>
          <Table pages={answer.pages} />
        </>
      )}
      {answer.more && (
        <button type="button" className="button" disabled={answer.loading} onClick={answer.more}>
          Load more
        </button>
      )}
    </div>
  );
}
