// What to show: tables or columns, how far, which way.
import type { Direction, Level } from '../../lib/lineageUrl';

interface Props {
  depth: number;
  direction: Direction;
  level: Level;
  onDepth: (depth: number) => void;
  onDirection: (direction: Direction) => void;
  onLevel: (level: Level) => void;
}

const depths = [0, 1, 2, 3, 5, 10, 20];
const levels: { level: Level; label: string }[] = [
  { level: 'table', label: 'Tables' },
  { level: 'column', label: 'Columns' },
];

export function GraphControls(p: Props) {
  const shown = depths.includes(p.depth) ? depths : [...depths, p.depth].sort((a, b) => a - b);
  return (
    <div className="graph-controls">
      <div className="switch" role="group" aria-label="Level">
        {levels.map(({ level, label }) => (
          <button
            key={level}
            type="button"
            aria-pressed={p.level === level}
            onClick={() => p.onLevel(level)}
          >
            {label}
          </button>
        ))}
      </div>
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
    </div>
  );
}
