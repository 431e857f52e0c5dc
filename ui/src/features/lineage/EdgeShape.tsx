// One edge of the picture. A wide unseen line below it takes the clicks.
import { memo } from 'react';
import { ChangeSign } from './ChangeSign';
import type { LayoutEdge } from './geometry';
import { edgePath, middleOf } from './geometry';

interface Props {
  edge: LayoutEdge;
  how: 'none' | 'dim' | 'up' | 'down' | 'path';
  selected: boolean;
  onSelect: (from: string, to: string) => void;
}

export const EdgeShape = memo(function EdgeShape({ edge, how, selected, onSelect }: Props) {
  const d = edgePath(edge.points);
  const classes = [
    'graph-edge',
    `kind-${edge.kind}`,
    `emphasis-${how}`,
    selected ? 'is-selected' : '',
    edge.back ? 'is-back' : '',
    edge.change ? `change-${edge.change}` : '',
  ];
  const title = `${edge.kind.replaceAll('_', ' ')}${edge.change ? `, ${edge.change}` : ''}: click for evidence`;
  const [x = 0, y = 0] = edge.points.at(-1) ?? [];
  const [before = 0] = edge.points.at(-2) ?? [];
  const ahead = before <= x ? 1 : -1;
  return (
    <g
      className={classes.filter(Boolean).join(' ')}
      data-edge={edge.id}
      data-source={edge.source}
      data-target={edge.target}
      onClick={(event) => {
        event.stopPropagation();
        onSelect(edge.source, edge.target);
      }}
    >
      <title>{title}</title>
      <path className="graph-edge-hit" d={d} />
      <path key={d} className="graph-edge-line" d={d} />
      <path
        className="graph-edge-head"
        d={`M${x - 7 * ahead} ${y - 4}L${x} ${y}L${x - 7 * ahead} ${y + 4}`}
      />
      {edge.change && <ChangeSign change={edge.change} {...middleOf(edge.points)} />}
    </g>
  );
});
