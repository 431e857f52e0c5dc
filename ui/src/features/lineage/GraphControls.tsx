// What to show: how far, which way, as of when.
import type { Direction } from '../../lib/lineageUrl';

interface Props {
  depth: number;
  direction: Direction;
  asOf: string | null;
  onDepth: (depth: number) => void;
  onDirection: (direction: Direction) => void;
  onAsOf: (asOf: string | null) => void;
}

const depths = [0, 1, 2, 3, 5, 10, 20];

// The value of a datetime-local input is read as UTC, like every time on these pages.
const toInput = (iso: string | null) => (iso ? iso.slice(0, 16) : '');

export function GraphControls(p: Props) {
  const shown = depths.includes(p.depth) ? depths : [...depths, p.depth].sort((a, b) => a - b);
  return (
    <div className="graph-controls">
      <label>
        Steps
        <select value={p.depth} onChange={(e) => p.onDepth(Number(e.target.value))}>
          {shown.map((d) => (
            <option key={d} value={d}>
              {d}
            </option>
          ))}
        </select>
      </label>
      <label>
        Direction
        <select value={p.direction} onChange={(e) => p.onDirection(e.target.value as Direction)}>
          <option value="both">both</option>
          <option value="upstream">upstream</option>
          <option value="downstream">downstream</option>
        </select>
      </label>
      <label>
        As of (UTC)
        <input
          type="datetime-local"
          value={toInput(p.asOf)}
          onChange={(e) => p.onAsOf(e.target.value === '' ? null : `${e.target.value}:00Z`)}
        />
      </label>
      {p.asOf !== null && (
        <button type="button" className="button" onClick={() => p.onAsOf(null)}>
          Back to now
        </button>
      )}
    </div>
  );
}
