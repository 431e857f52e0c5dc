// How many partitions are how: intervals, and a bar of their shares.
import type { Schemas } from '../api/client';
import { count, plural } from '../lib/format';
import { lookOf } from '../lib/partitionInk';
import type { Status } from '../lib/partitionStatus';
import { statusText } from '../lib/partitionStatus';
import { useThemeName } from '../lib/theme';

type PartitionCounts = Schemas['PartitionCounts'];

// "12", or "12 – 40" where it is not certain how many it will be.
export function interval(lower: number, upper: number): string {
  return upper > lower ? `${count(lower)} – ${count(upper)}` : count(lower);
}

export function Interval({ lower, upper }: { lower: number; upper: number }) {
  return (
    <span
      className="interval"
      title={upper > lower ? `${count(lower)} for certain, ${count(upper)} at most` : undefined}
    >
      {interval(lower, upper)}
    </span>
  );
}

export interface Share {
  status: Status;
  n: number;
}

// Every partition once: what is stale is not counted as maybe.
export function sharesOf(counts: PartitionCounts): Share[] {
  const { current, stale, unknown, maybe, missing, failed } = counts;
  const shares: Share[] = [
    { status: 'stale_inputs', n: stale },
    { status: 'missing', n: missing },
    { status: 'maybe', n: Math.min(maybe, current + unknown) },
    { status: 'unknown', n: Math.max(0, unknown - Math.max(0, maybe - current)) },
    { status: 'current', n: Math.max(0, current - maybe) },
  ];
  return failed > 0 ? shares : shares.filter(({ n }) => n > 0);
}

const barText: Partial<Record<Status, string>> = { stale_inputs: 'stale' };

export function ShareBar({ shares, label }: { shares: readonly Share[]; label: string }) {
  const theme = useThemeName();
  const all = shares.reduce((sum, { n }) => sum + n, 0);
  const text = shares
    .filter(({ n }) => n > 0)
    .map(({ status, n }) => `${count(n)} ${barText[status] ?? statusText[status]}`)
    .join(', ');
  return (
    <span
      className="share-bar"
      role="img"
      aria-label={`${label}: ${text === '' ? plural(0, 'partition') : text}`}
      title={text}
    >
      {shares.map(({ status, n }) =>
        n > 0 ? (
          <span
            key={status}
            style={{ flexGrow: n / all, background: lookOf(status, theme).base }}
          />
        ) : null,
      )}
    </span>
  );
}
