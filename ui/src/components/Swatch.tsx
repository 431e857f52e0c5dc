// The look of a partition's status, as on the heat map, and its name.
import { lookOf, patternPath } from '../lib/partitionInk';
import type { Status } from '../lib/partitionStatus';
import { statusText } from '../lib/partitionStatus';
import { useThemeName } from '../lib/theme';

export function Swatch({ status, size = 16 }: { status: Status; size?: number }) {
  const { base, line, pattern } = lookOf(status, useThemeName());
  return (
    <svg className="swatch" width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden>
      <rect width={size} height={size} fill={base} />
      <path d={patternPath(pattern, size)} fill={line} shapeRendering="crispEdges" />
    </svg>
  );
}

export function StatusMark({ status, text }: { status: Status; text?: string }) {
  return (
    <span className="status-mark">
      <Swatch status={status} size={14} />
      {text ?? statusText[status]}
    </span>
  );
}
