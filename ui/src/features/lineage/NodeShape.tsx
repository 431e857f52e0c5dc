// One node of the picture: its body, and at each side the button that opens or closes the next step.
import { memo } from 'react';
import { consumerName, lastPart, shorten, shownAs } from '../../lib/nodeId';
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

// Without what kind of consumer it is, which is said beside it.
function nameOf({ type, label }: LayoutNode): string {
  return type === 'CONSUMER' ? consumerName(label).name : label;
}

function description(p: NodeProps): string {
  const { node } = p;
  const parts = [
    node.type === 'CONSUMER'
      ? (consumerName(node.label).kind ?? 'consumer')
      : node.type.toLowerCase(),
    nameOf(node),
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
    ? `Collapse ${stream} of ${nameOf(node)}`
    : `Expand ${hidden} ${stream} of ${nameOf(node)}`;
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

const icons = {
  DATASET:
    'M3 4c0-1.100 2.200-2 5-2s5 .9 5 2-2.200 2-5 2-5-.9-5-2v8c0 1.100 2.200 2 5 2s5-.9 5-2V4M3 8c0 1.100 2.200 2 5 2s5-.9 5-2',
  JOB: 'M1 5c3.500 0 3.500 6 7 6s3.500-6 7-6M13 3l2 2-2 2',
  CONSUMER:
    'M8 2.400a2.600 2.600 0 1 0 0 5.200 2.600 2.600 0 0 0 0-5.200M3 14c0-3 2-4.800 5-4.800s5 1.800 5 4.800',
};

// A dataset has corners, a job has none, a consumer ends in points.
function Outline({ type, width: w, height: h }: Pick<LayoutNode, 'type' | 'width' | 'height'>) {
  if (type === 'CONSUMER') {
    return (
      <path
        className="graph-box"
        d={`M10 0H${w - 10}L${w} ${h / 2}L${w - 10} ${h}H10L0 ${h / 2}Z`}
      />
    );
  }
  return <rect className="graph-box" width={w} height={h} rx={type === 'JOB' ? h / 2 : 7} />;
}

// The end of a name says most; what stands before it goes below, with the namespace.
function textsOf(node: LayoutNode): { last: string; under: string } {
  if (node.type === 'CONSUMER') {
    const { name, under } = shownAs(node.type, node.sublabel, node.label);
    return { last: name, under };
  }
  const last = lastPart(node.label);
  const before = node.label.slice(0, node.label.length - last.length).replace(/[./]+$/, '');
  return { last, under: before === '' ? node.sublabel : `${before} · ${node.sublabel}` };
}

function Body({ p }: { p: NodeProps }) {
  const { node } = p;
  const { type, width, height } = node;
  const inset = type === 'DATASET' ? 12 : 16; // of the icon
  const room = Math.floor((width - (type === 'DATASET' ? 48 : 62)) / 8);
  const tall = height >= 40;
  const { last, under } = textsOf(node);
  return (
    <>
      <Outline type={type} width={width} height={height} />
      {!p.far && (
        <>
          <g
            className="graph-icon"
            transform={`translate(${inset} ${height / 2 - 8})`}
            fill="none"
            strokeWidth={1.5}
            strokeLinecap="round"
          >
            <path d={icons[type]} />
          </g>
          <text className="graph-label" x={inset + 24} y={tall ? height / 2 - 3 : height / 2 + 4}>
            {shorten(last, room)}
          </text>
          {tall && (
            <text className="graph-sublabel" x={inset + 24} y={height / 2 + 13}>
              {shorten(under, room + 4)}
            </text>
          )}
        </>
      )}
      {node.state && (
        <circle
          className={`graph-state state-dot-${node.state.toLowerCase()}`}
          cx={width - inset - 1 - (p.far ? 4 : 0)}
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
    `is-${node.type.toLowerCase()}`,
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
        <title>{`${nameOf(node)}\n${textsOf(node).under}`}</title>
        <Body p={p} />
        {node.change && <ChangeSign change={node.change} x={6} y={0} />}
      </g>
      {!p.far && <Toggle p={p} way="up" />}
      {!p.far && <Toggle p={p} way="down" />}
    </g>
  );
});
