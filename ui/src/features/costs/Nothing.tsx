// What to do where nothing is booked: other days, another measure, no filters.
import { Loading } from '../../components/Marks';
import type { CostState, Interval } from '../../lib/costUrl';
import { costsHref, hasFilters, latestOf, outside } from '../../lib/costUrl';
import { addDays } from '../../lib/days';
import { moment } from '../../lib/format';
import { measureTexts } from '../../lib/measures';
import { Link } from '../../lib/router';
import type { Booked, Times } from './useCosts';
import { useBooked } from './useCosts';

interface Props {
  state: CostState;
  times: Times;
  change: (more: Partial<CostState>) => void;
}

// How many days the interval has, so that the one that is offered has as many.
function daysOf({ from, to }: Interval): number {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
  return Number.isFinite(days) && days > 0 ? days : 30;
}

function Latest({ booked, times, change }: Props & { booked: Interval }) {
  const latest = latestOf(booked, daysOf(times.interval));
  const last = addDays(latest.to.slice(0, 10), -1);
  return (
    <button type="button" className="button button-strong" onClick={() => change(latest)}>
      {latest.from.slice(0, 10)} to {last}
    </button>
  );
}

export function Nothing({ booked, ...props }: Props & { booked: Booked }) {
  const { state, times, change } = props;
  const elsewhere = booked !== null && outside(booked, times.interval);
  const what = measureTexts[state.measure].toLowerCase();
  return (
    <div className="note note-plain">
      <div>
        <strong role="status">
          {elsewhere ? 'Nothing was booked' : `No ${what}`} from {moment(times.interval.from)} to{' '}
          {moment(times.interval.to)}
          {!elsewhere && hasFilters(state) && ' under these filters'}.
        </strong>
        {elsewhere ? (
          <p>
            The ledger holds costs from {booked.from.slice(0, 10)} to {booked.to.slice(0, 10)}. Its
            latest days:
          </p>
        ) : (
          <p>
            What runs use comes with their events; amounts come from them or from the{' '}
            <Link href={costsHref({ tab: 'prices' })}>price book</Link>, other costs with{' '}
            <a href="/docs#postCostEntries">POST /api/v1/costs/entries</a>.
          </p>
        )}
        <p className="note-foot">
          {elsewhere && <Latest {...props} booked={booked} />}
          {!elsewhere && hasFilters(state) && (
            <button type="button" className="button" onClick={() => change({ filters: {} })}>
              Without filters
            </button>
          )}
          {!elsewhere && state.measure !== 'runs' && (
            <button type="button" className="button" onClick={() => change({ measure: 'runs' })}>
              Show runs
            </button>
          )}
          {!elsewhere && (state.from !== null || state.days < 90) && (
            <button
              type="button"
              className="button"
              onClick={() => change({ days: 90, from: null, to: null })}
            >
              The last 90 days
            </button>
          )}
        </p>
      </div>
    </div>
  );
}

// The same where the answer that is empty does not say what the ledger holds.
export function NothingHere(props: Props) {
  const booked = useBooked(props.state, props.times, true);
  if (booked.loading) return <Loading what="what the ledger holds" />;
  return <Nothing {...props} booked={booked.data ?? null} />;
}
