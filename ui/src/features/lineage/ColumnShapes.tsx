// A dataset with its columns, and a line between two columns.
import { memo } from 'react';
import { lastPart, shorten } from '../../lib/nodeId';
import { rowHeight } from './columnGeometry';
import type { ColumnCard, ColumnEdge, ColumnRow, Reached } from './columnPaths';
import { certaintyOf, howText } from './columnPaths';
import { edgePath, middleOf } from './geometry';
import { maskShape } from './Legend';

const ways = { self: 'selected', up: 'upstream', down: 'downstream' } as const;

function rowText(column: ColumnRow, card: ColumnCard, reached: Reached | undefined): string {
  const parts = [
    `column ${column.name}`,
    column.type ?? '',
    `of ${card.label}`,
    column.tags.length > 0 ? `tags ${column.tags.join(' ')}` : '',
    reached && reached.way !== 'self' ? `${ways[reached.way]}, ${reached.certainty}` : '',
    column.masked || reached?.masked ? 'masked' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

interface RowProps {
  card: ColumnCard;
  column: ColumnRow;
  height: number;
  reached: Reached | undefined;
  selected: boolean;
  tabbable: boolean;
  onSelect: (card: string, column: string | null) => void;
  onHover: (id: string | null) => void;
}

const Row = memo(function Row(p: RowProps) {
  const { card, column, height, reached } = p;
  const masked = column.masked || (reached?.masked ?? false);
  const type = column.type === null ? '' : shorten(column.type, 11);
  const room = Math.floor((card.width - 34 - type.length * 6.2 - (masked ? 18 : 0)) / 6.9);
  const classes = [
    'column-row',
    reached ? `reached-${reached.way} is-${reached.certainty}` : '',
    column.assumed ? 'only-assumed' : '',
    p.selected ? 'is-selected' : '',
  ];
  const select = () => p.onSelect(card.id, p.selected ? null : column.id);
  return (
    <g
      role="button"
      className={classes.filter(Boolean).join(' ')}
      data-column={column.id}
      tabIndex={p.tabbable ? 0 : -1}
      aria-pressed={p.selected}
      aria-label={rowText(column, card, reached)}
      transform={`translate(0 ${column.y})`}
      onPointerEnter={() => p.onHover(column.id)}
      onPointerLeave={() => p.onHover(null)}
      onClick={select}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        select();
      }}
    >
      <title>{`${column.name}${column.type ? ` ${column.type}` : ''}`}</title>
      <rect className="column-back" x={1} y={-height / 2} width={card.width - 2} height={height} />
      <text className="column-name" x={12} y={4}>
        {shorten(column.name, Math.max(4, room))}
      </text>
      {masked && (
        <g transform={`translate(${card.width - 20 - type.length * 6.2} 0)`}>
          <path className="column-mask" d={maskShape} />
        </g>
      )}
      <text className="column-type" x={card.width - 12} y={4} textAnchor="end">
        {type}
      </text>
    </g>
  );
});

export interface CardProps {
  card: ColumnCard;
  rows: ColumnRow[]; // of its columns, those in sight
  reached: ReadonlyMap<string, Reached>;
  dim: boolean;
  root: boolean;
  selected: boolean;
  selectedColumn: string | null;
  tabStop: string;
  far: boolean;
  onSelect: (card: string, column: string | null) => void;
  onHover: (id: string | null) => void;
  onMore: () => void;
}

// Round at the top, where the card is.
function headShape(width: number, height: number): string {
  return `M1 ${height}V8a7 7 0 0 1 7-7H${width - 8}a7 7 0 0 1 7 7V${height}z`;
}

function Head(p: CardProps) {
  const { card } = p;
  const height = rowHeight(card);
  const end = (card.columns[0]?.y ?? card.height) - height / 2;
  const last = lastPart(card.label);
  const before = card.label.slice(0, card.label.length - last.length).replace(/[./]+$/, '');
  const room = Math.floor((card.width - 44) / 8);
  return (
    <g
      role="button"
      className="graph-body"
      tabIndex={p.tabStop === card.id ? 0 : -1}
      aria-pressed={p.selected}
      aria-label={`dataset, ${card.label}, in ${card.sublabel}, ${card.columns.length + card.hidden_columns} columns`}
      onPointerEnter={() => p.onHover(card.id)}
      onPointerLeave={() => p.onHover(null)}
      onClick={() => p.onSelect(card.id, null)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        p.onSelect(card.id, null);
      }}
    >
      <title>{`${card.label}\n${card.sublabel}`}</title>
      <path className="column-head" d={headShape(card.width, Math.max(8, end))} />
      <g
        className="graph-icon"
        transform={`translate(10 ${end / 2 - 8})`}
        fill="none"
        strokeWidth={1.5}
        strokeLinecap="round"
      >
        <path d="M3 4c0-1.100 2.200-2 5-2s5 .9 5 2-2.200 2-5 2-5-.9-5-2v8c0 1.100 2.200 2 5 2s5-.9 5-2V4M3 8c0 1.100 2.200 2 5 2s5-.9 5-2" />
      </g>
      <text className="graph-label" x={34} y={end >= 36 ? end / 2 - 3 : end / 2 + 4}>
        {shorten(last, room)}
      </text>
      {end >= 36 && (
        <text className="graph-sublabel" x={34} y={end / 2 + 12}>
          {shorten(before === '' ? card.sublabel : `${before} · ${card.sublabel}`, room + 4)}
        </text>
      )}
    </g>
  );
}

export const CardShape = memo(function CardShape(p: CardProps) {
  const { card } = p;
  const height = rowHeight(card);
  const classes = [
    'graph-node is-dataset column-card',
    p.root ? 'is-root' : '',
    p.selected ? 'is-selected' : '',
    p.dim ? 'emphasis-dim' : '',
  ];
  return (
    <g
      className={classes.filter(Boolean).join(' ')}
      style={{ transform: `translate(${card.x}px, ${card.y}px)` }}
      data-node={card.id}
    >
      <rect className="graph-box" width={card.width} height={card.height} rx={8} />
      {!p.far && <Head {...p} />}
      {!p.far &&
        p.rows.map((column) => (
          <Row
            key={column.id}
            card={card}
            column={column}
            height={height}
            reached={p.reached.get(column.id)}
            selected={column.id === p.selectedColumn}
            tabbable={column.id === p.tabStop}
            onSelect={p.onSelect}
            onHover={p.onHover}
          />
        ))}
      {!p.far && card.hidden_columns > 0 && (
        <g
          role="button"
          className="column-more"
          tabIndex={p.selected ? 0 : -1}
          aria-label={`Show ${card.hidden_columns} more columns of ${card.label}`}
          transform={`translate(0 ${card.height - height / 2 - 3})`}
          onClick={p.onMore}
          onKeyDown={(event) => {
            if (event.key === 'Enter' || event.key === ' ') p.onMore();
          }}
        >
          <rect x={1} y={-height / 2} width={card.width - 2} height={height} />
          <text x={12} y={4}>
            + {card.hidden_columns} more columns
          </text>
        </g>
      )}
    </g>
  );
});

interface EdgeProps {
  edge: ColumnEdge;
  how: 'none' | 'dim' | 'up' | 'down';
  selected: boolean;
  onSelect: (from: string, to: string) => void;
}

export const ColumnEdgeShape = memo(function ColumnEdgeShape(p: EdgeProps) {
  const { edge, how } = p;
  const d = edgePath(edge.points);
  const classes = [
    'graph-edge column-edge',
    `is-${certaintyOf(edge)}`,
    `emphasis-${how}`,
    p.selected ? 'is-selected' : '',
  ];
  const { x, y } = middleOf(edge.points);
  return (
    <g
      className={classes.filter(Boolean).join(' ')}
      data-edge={edge.id}
      data-source={edge.source}
      data-target={edge.target}
      onClick={(event) => {
        event.stopPropagation();
        p.onSelect(edge.source, edge.target);
      }}
    >
      <title>{`${howText(edge)}${edge.masked ? ', masked' : ''}`}</title>
      <path className="graph-edge-hit" d={d} />
      <path className="graph-edge-line" d={d} />
      {edge.masked && how !== 'dim' && (
        <g className="column-edge-mask" transform={`translate(${x} ${y})`}>
          <circle r={9} />
          <path className="column-mask" d={maskShape} />
        </g>
      )}
    </g>
  );
});
