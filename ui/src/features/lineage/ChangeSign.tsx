// How a node or an edge changed, as a sign: colours alone do not say it.
import type { Schemas } from '../../api/client';

type Change = NonNullable<Schemas['LayoutNode']['change']>;

export function ChangeSign({ change, x, y }: { change: Change; x: number; y: number }) {
  return (
    <g className="change-mark" transform={`translate(${x} ${y})`} aria-hidden>
      <circle r={8} />
      {change === 'added' && <path d="M0 -4V4M-4 0H4" />}
      {change === 'removed' && <path d="M-4 0H4" />}
      {change === 'changed' && <path d="M-4 -1.800H4M-4 1.800H4M2.200 -4.500L-2.200 4.500" />}
    </g>
  );
}
