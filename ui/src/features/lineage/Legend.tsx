// What lines and colours mean, in the corner of the picture.
import { ChangeSign } from './ChangeSign';

const lines = [
  { kind: 'direct', text: 'direct: its values' },
  { kind: 'indirect', text: 'indirect: filters, joins, groups' },
  { kind: 'assumed', text: 'assumed: no column lineage' },
] as const;

export function ColumnLegend({ masked }: { masked: boolean }) {
  return (
    <ul className="legend" aria-label="Legend">
      {lines.map(({ kind, text }) => (
        <li key={kind}>
          <svg width={28} height={10} aria-hidden>
            <path className={`legend-line is-${kind}`} d="M1 5H27" />
          </svg>
          {text}
        </li>
      ))}
      {masked && (
        <li>
          <svg width={28} height={14} aria-hidden viewBox="-14 -7 28 14">
            <path className="legend-line" d="M-13 0H13" />
            <path className="column-mask" d={maskShape} />
          </svg>
          masked on the way
        </li>
      )}
    </ul>
  );
}

export const maskShape =
  'M-5.500 -2.500C-3 -4 3 -4 5.500 -2.500 5.500 1 4 2.500 2.500 2.500S0.500 1.200 0 1.200-1 2.500-2.500 2.500-5.500 1-5.500 -2.500z';

const changes = [
  { change: 'added', text: 'came' },
  { change: 'removed', text: 'went' },
  { change: 'changed', text: 'changed' },
] as const;

export function ChangeLegend() {
  return (
    <ul className="legend" aria-label="Legend">
      {changes.map(({ change, text }) => (
        <li key={change} className={`change-${change}`}>
          <svg width={28} height={18} viewBox="-14 -9 28 18" aria-hidden>
            <ChangeSign change={change} x={0} y={0} />
          </svg>
          {text}
        </li>
      ))}
    </ul>
  );
}
