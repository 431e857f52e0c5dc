// The whole picture in a corner, with a frame around what is in sight. A click goes there.
import { memo, useMemo } from 'react';
import type { Rect } from './viewport';

type Block = Rect & { type: string };

interface Props {
  nodes: readonly Block[];
  bounds: Rect;
  seen: Rect;
  onGo: (x: number, y: number) => void;
}

function blocks(nodes: readonly Block[]): string {
  return nodes.map((n) => `M${n.x} ${n.y}h${n.width}v${n.height}h${-n.width}z`).join('');
}

const Shapes = memo(function Shapes({ nodes }: { nodes: readonly Block[] }) {
  const jobs = useMemo(() => blocks(nodes.filter((n) => n.type === 'JOB')), [nodes]);
  const datasets = useMemo(() => blocks(nodes.filter((n) => n.type === 'DATASET')), [nodes]);
  const consumers = useMemo(() => blocks(nodes.filter((n) => n.type === 'CONSUMER')), [nodes]);
  return (
    <>
      <path className="minimap-datasets" d={datasets} />
      <path className="minimap-jobs" d={jobs} />
      <path className="minimap-consumers" d={consumers} />
    </>
  );
});

export function Minimap({ nodes, bounds, seen, onGo }: Props) {
  const margin = Math.max(bounds.width, bounds.height) * 0.04 + 40;
  const x = bounds.x - margin;
  const y = bounds.y - margin;
  const width = bounds.width + 2 * margin;
  const height = bounds.height + 2 * margin;
  return (
    <svg
      className="minimap"
      viewBox={`${x} ${y} ${width} ${height}`}
      aria-hidden
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const k = Math.max(width / box.width, height / box.height);
        const left = x + width / 2 - (box.width / 2) * k;
        const top = y + height / 2 - (box.height / 2) * k;
        onGo(left + (event.clientX - box.left) * k, top + (event.clientY - box.top) * k);
      }}
    >
      <Shapes nodes={nodes} />
      <rect
        className="minimap-frame"
        x={seen.x}
        y={seen.y}
        width={seen.width}
        height={seen.height}
        strokeWidth={Math.max(width, height) / 90}
      />
    </svg>
  );
}
