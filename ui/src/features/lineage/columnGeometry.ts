// Shapes of the column picture: where rows lie, where the arrows of the keyboard lead.
// Plain maths, no view library.
import type { ColumnCard, ColumnRow } from './columnPaths';
import type { Arrow } from './geometry';
import { neighbour, shiftedPoints } from './geometry';
import type { ColumnLayout } from './useLayout';
import type { Rect } from './viewport';

const usualRow = 24;

export function rowHeight(card: ColumnCard): number {
  const [a, b] = card.columns;
  return a && b ? Math.max(8, b.y - a.y) : usualRow;
}

// The rows of a card that a band of the picture shows, for cards of thousands of columns.
export function rowsInSight(card: ColumnCard, band: Rect): ColumnRow[] {
  const height = rowHeight(card);
  const top = band.y - card.y - height;
  const bottom = band.y + band.height - card.y + height;
  return card.columns.filter((c) => c.y >= top && c.y <= bottom);
}

export function shiftedColumns(layout: ColumnLayout, dx: number, dy: number): ColumnLayout {
  if (dx === 0 && dy === 0) return layout;
  return {
    ...layout,
    nodes: layout.nodes.map((n) => ({ ...n, x: n.x + dx, y: n.y + dy })),
    edges: layout.edges.map((e) => ({ ...e, points: shiftedPoints(e.points, dx, dy) })),
  };
}

// What the keyboard can stand on: the head of each card, and each column.
export interface Stop extends Rect {
  id: string;
  card: string;
}

export function stopsOf(layout: ColumnLayout): Stop[] {
  return layout.nodes.flatMap((card) => {
    const height = rowHeight(card);
    const head = (card.columns[0]?.y ?? card.height) - height / 2;
    const { x, width, id } = card;
    return [
      { id, card: id, x, y: card.y, width, height: Math.max(1, head) },
      ...card.columns.map((c) => ({
        id: c.id,
        card: id,
        x,
        y: card.y + c.y - height / 2,
        width,
        height,
      })),
    ];
  });
}

export function columnNeighbour(
  layout: ColumnLayout,
  stops: readonly Stop[],
  from: Stop,
  arrow: Arrow,
): Stop | undefined {
  const upright = arrow === 'ArrowUp' || arrow === 'ArrowDown';
  const own = upright ? stops.filter((s) => s.card === from.card) : [];
  return (
    neighbour({ nodes: own, edges: [] }, from, arrow) ??
    neighbour(
      { nodes: stops.filter((s) => s.card !== from.card), edges: layout.edges },
      from,
      arrow,
    )
  );
}
