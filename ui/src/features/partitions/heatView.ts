// Where the grid is on the screen, and how it moves there. Plain maths, no view library; sizes in
// CSS pixels, places in cells.
import type { Grid } from './cells';

export interface HeatView {
  x: number; // the column at the left edge, with its fraction
  y: number; // the row at the upper edge
  kx: number; // pixels a column
  ky: number; // pixels a row
}

export interface Plot {
  width: number;
  height: number;
}

type Shape = Pick<Grid, 'columns' | 'rows'>;

export const widestCell = 44;
export const tallestCell = 30;
export const tallestAlone = 52; // of a grid with one lane

export function tallest(rows: number): number {
  return rows === 1 ? tallestAlone : tallestCell;
}

// How high the plot wants to be: all rows, within bounds.
export function plotHeight(rows: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, rows * tallest(rows)));
}

export function scaleBounds(shape: Shape, plot: Plot) {
  const kx = Math.min(widestCell, plot.width / Math.max(1, shape.columns));
  const most = tallest(shape.rows);
  const ky = Math.min(most, plot.height / Math.max(1, shape.rows));
  return { least: { kx, ky }, most: { kx: widestCell, ky: most } };
}

const within = (low: number, value: number, high: number) => Math.min(high, Math.max(low, value));

// Never smaller than all of it, never further than its edges.
export function clampView(view: HeatView, shape: Shape, plot: Plot): HeatView {
  const { least, most } = scaleBounds(shape, plot);
  const kx = within(least.kx, view.kx, most.kx);
  const ky = within(least.ky, view.ky, most.ky);
  return {
    kx,
    ky,
    x: within(0, view.x, Math.max(0, shape.columns - plot.width / kx)),
    y: within(0, view.y, Math.max(0, shape.rows - plot.height / ky)),
  };
}

export function wholeView(shape: Shape, plot: Plot): HeatView {
  const { least } = scaleBounds(shape, plot);
  return { x: 0, y: 0, ...least };
}

export function panBy(view: HeatView, dx: number, dy: number): HeatView {
  return { ...view, x: view.x - dx / view.kx, y: view.y - dy / view.ky };
}

// The cell under (px, py) stays there. A direction that is at its bound does not hold up the other.
export function zoomBy(
  view: HeatView,
  at: { px: number; py: number },
  factor: { x: number; y: number },
  shape: Shape,
  plot: Plot,
): HeatView {
  const { least, most } = scaleBounds(shape, plot);
  const kx = within(least.kx, view.kx * factor.x, most.kx);
  const ky = within(least.ky, view.ky * factor.y, most.ky);
  const next = {
    kx,
    ky,
    x: view.x + at.px / view.kx - at.px / kx,
    y: view.y + at.py / view.ky - at.py / ky,
  };
  return clampView(next, shape, plot);
}

export interface Cell {
  column: number;
  row: number;
}

// Null: outside of the grid.
export function cellAt(view: HeatView, px: number, py: number, shape: Shape): Cell | null {
  const column = Math.floor(view.x + px / view.kx);
  const row = Math.floor(view.y + py / view.ky);
  const inside = column >= 0 && column < shape.columns && row >= 0 && row < shape.rows;
  return inside ? { column, row } : null;
}

// The smallest move that brings the cell into sight, with a little of what is beside it.
export function revealCell(view: HeatView, cell: Cell, shape: Shape, plot: Plot): HeatView {
  const shift = (at: number, start: number, room: number, margin: number) => {
    if (at < start + margin) return at - margin;
    if (at + 1 > start + room - margin) return at + 1 - room + margin;
    return start;
  };
  const columns = plot.width / view.kx;
  const rows = plot.height / view.ky;
  return clampView(
    {
      ...view,
      x: shift(cell.column, view.x, columns, Math.min(columns / 4, 40 / view.kx)),
      y: shift(cell.row, view.y, rows, Math.min(rows / 4, 40 / view.ky)),
    },
    shape,
    plot,
  );
}

// At most `columns` wide, around the cells `first` to `last`: what a chosen range looks like.
export function viewOfRange(
  range: { first: number; last: number; row: number },
  shape: Shape,
  plot: Plot,
): HeatView {
  const wide = range.last - range.first + 1;
  const kx = plot.width / (wide * 1.5);
  const { most } = scaleBounds(shape, plot);
  const scaled = clampView({ x: 0, y: 0, kx, ky: most.ky }, shape, plot);
  return clampView(
    {
      ...scaled,
      x: (range.first + range.last + 1) / 2 - plot.width / scaled.kx / 2,
      y: range.row + 0.5 - plot.height / scaled.ky / 2,
    },
    shape,
    plot,
  );
}

export interface PlacedTick {
  offset: number;
  px: number;
  label: string;
}

// The ticks in sight that have room, evenly: every n-th of those the server named.
export function ticksInSight(
  ticks: readonly { offset: number; label: string }[],
  view: HeatView,
  plot: Plot,
  room: number,
): PlacedTick[] {
  const first = ticks[0];
  const second = ticks[1];
  if (!first) return [];
  const apart = second ? ((ticks.at(-1)?.offset ?? 0) - first.offset) / (ticks.length - 1) : 1;
  const every = Math.max(1, 2 ** Math.ceil(Math.log2(room / Math.max(1e-9, apart * view.kx))));
  return ticks.flatMap(({ offset, label }, i) => {
    const px = (offset - view.x) * view.kx;
    return i % every === 0 && px >= -1 && px <= plot.width ? [{ offset, label, px }] : [];
  });
}

// Which rows have room for their name: every n-th.
export function rowsInSight(rows: number, view: HeatView, plot: Plot, room: number): number[] {
  const every = Math.max(1, Math.ceil(room / view.ky));
  const first = Math.ceil(Math.floor(view.y) / every) * every;
  const last = Math.min(rows - 1, Math.floor(view.y + plot.height / view.ky));
  return Array.from({ length: Math.max(0, Math.floor((last - first) / every) + 1) }, (_, i) => {
    return first + i * every;
  });
}
