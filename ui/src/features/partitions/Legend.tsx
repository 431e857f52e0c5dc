// What the colours mean, how many cells have each, and which are shown.
import { Swatch } from '../../components/Swatch';
import { count } from '../../lib/format';
import type { Status } from '../../lib/partitionStatus';
import { statuses, statusText } from '../../lib/partitionStatus';
import type { Grid } from './cells';

interface Props {
  grid: Grid;
  only: readonly Status[];
  onOnly: (only: Status[]) => void;
}

export function Legend({ grid, only, onOnly }: Props) {
  const there = statuses
    .map((status, rank) => ({ status, n: grid.tally[rank] ?? 0 }))
    .filter(({ status, n }) => status !== 'none' && (n > 0 || only.includes(status)))
    .reverse();
  const toggle = (status: Status) =>
    onOnly(only.includes(status) ? only.filter((s) => s !== status) : [...only, status]);
  return (
    <div className="heat-legend" role="group" aria-label="Show only">
      {there.map(({ status, n }) => (
        <button
          key={status}
          type="button"
          className="heat-legend-item"
          aria-pressed={only.includes(status)}
          onClick={() => toggle(status)}
        >
          <Swatch status={status} size={14} />
          {statusText[status]} <span className="heat-legend-count">{count(n)}</span>
        </button>
      ))}
      {only.length > 0 && (
        <button type="button" className="edit-button" onClick={() => onOnly([])}>
          Show all
        </button>
      )}
    </div>
  );
}
