// One node of the picture: its body, and at each side the button that opens or closes the next step.
import { memo } from 'react';
import { lastPart, shorten } from '../../lib/nodeId';
import { ChangeSign } from './ChangeSign';
import type { Way } from './expansions';
import type { LayoutNode } from './geometry';

export type Emphasis = 'none' | 'dim' | 'up' | 'down' | 'path';

export interface NodeProps {
  node: LayoutNode;
  root: boolean;
  selected: boolean;
  tabbable: boolean;
  emphasis: Emphasis;
  severity: 'breaking' | 'degraded' | 'recompute' | 'changed' | null;
  openUp: boolean;
  openDown: boolean;
  far: boolean; // too small to read: only the shape
  onSelect: (id: string) => void;
  onToggle: (id: string, way: Way) => void;
  onHover: (id: string | null) => void;
}

function description(p: NodeProps): string {
  const { node } = p;
  const parts = [
    node.type === 'JOB' ? 'job' : 'dataset',
    node.label,
    `in ${node.sublabel}`,
    node.state ? `latest run ${node.state.toLowerCase()}` : '',
    node.placeholder ? 'only named by others so far' : '',
    p.severity && p.severity !== 'changed' ? p.severity : '',
    node.change ?? '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function Toggle({ p, way }: { p: NodeProps; way: Way }) {
  const { node } = p;
  const hidden = way === 'up' ? node.hidden_upstream : node.hidden_downstream;
  const open = way === 'up' ? p.openUp : p.openDown;
  if (hidden === 0 && !open) return null;
  const closes = open && hidden === 0;
  const text = closes ? '−' : `+${hidden}`;
  const width = Math.max(20, 11 + text.length * 7);
  const x = way === 'up' ? -width - 3 : node.width + 3;
  const stream = way === 'up' ? 'upstream' : 'downstream';
  const label = closes
    ? `Collapse ${stream} of ${node.label}`
    : `Expand ${hidden} ${stream} of ${node.label}`;
  return (
    <g
      className="graph-toggle"
      role="button"
      tabIndex={p.tabbable ? 0 : -1}
      aria-label={label}
      aria-expanded={open}
      transform={`translate(${x} ${node.height / 2 - 10})`}
      onClick={(event) => {
        event.stopPropagation();
        p.onToggle(node.id, way);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        p.onToggle(node.id, way);
      }}
    >
      <title>{label}</title>
      <rect width={width} height={20} rx={10} />
      <text x={width / 2} y={14} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}

function Body({ p }: { p: NodeProps }) {
  const { node } = p;
  const job = node.type === 'JOB';
  const { width, height } = node;
  const room = Math.floor((width - (job ? 62 : 48)) / 8);
  const tall = height >= 40;
  const last = lastPart(node.label);
  const before = node.label.slice(0, node.label.length - last.length).replace(/[./]+$/, '');
  return (
    <>
      <rect className="graph-box" width={width} height={height} rx={job ? height / 2 : 7} />
      {!p.far && (
        <>
          <g
            className="graph-icon"
            transform={`translate(${job ? 16 : 12} ${height / 2 - 8})`}
            fill="none"
            strokeWidth={1.5}
            strokeLinecap="round"
          >
            {job ? (
              <path d="M1 5c3.500 0 3.500 6 7 6s3.500-6 7-6M13 3l2 2-2 2" />
            ) : (
              <path d="M3 4c0-1.100 2.200-2 5-2s5 .9 5 2-2.200 2-5 2-5-.9-5-2v8c0 1.100 2.200 2 5 2s5-.9 5-2V4M3 8c0 1.100 2.200 2 5 2s5-.9 5-2" />
            )}
          </g>
          <text
            className="graph-label"
            x={job ? 40 : 36}
            y={tall ? height / 2 - 3 : height / 2 + 4}
          >
            {shorten(last, room)}
          </text>
          {tall && (
            <text className="graph-sublabel" x={job ? 40 : 36} y={height / 2 + 13}>
              {shorten(before === '' ? node.sublabel : `${before} · ${node.sublabel}`, room + 4)}
            </text>
          )}
        </>
      )}
      {node.state && (
        <circle
          className={`graph-state state-dot-${node.state.toLowerCase()}`}
          cx={width - (job ? 17 : 13) - (p.far ? 4 : 0)}
          cy={height / 2}
          r={p.far ? 9 : 4.5}
        />
      )}
    </>
  );
}

export const NodeShape = memo(function NodeShape(p: NodeProps) {
  const { node } = p;
  const classes = [
    'graph-node',
    node.type === 'JOB' ? 'is-job' : 'is-dataset',
    p.root ? 'is-root' : '',
    p.selected ? 'is-selected' : '',
    node.placeholder ? 'is-placeholder' : '',
    `emphasis-${p.emphasis}`,
    p.severity ? `impact-${p.severity}` : '',
    node.change ? `change-${node.change}` : '',
  ];
  return (
    <g
      className={classes.filter(Boolean).join(' ')}
      style={{ transform: `translate(${node.x}px, ${node.y}px)` }}
      data-node={node.id}
      onPointerEnter={() => p.onHover(node.id)}
      onPointerLeave={() => p.onHover(null)}
    >
      <g
        role="button"
        className="graph-body"
        tabIndex={p.tabbable ? 0 : -1}
        aria-label={description(p)}
        aria-pressed={p.selected}
        onClick={() => p.onSelect(node.id)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          p.onSelect(node.id);
        }}
      >
        <title>{`${node.label}\n${node.sublabel}`}</title>
        <Body p={p} />
        {node.change && <ChangeSign change={node.change} x={6} y={0} />}
      </g>
      {!p.far && <Toggle p={p} way="up" />}
      {!p.far && <Toggle p={p} way="down" />}
    </g>
  );
});
