import { describe, expect, it } from 'vitest';
import {
  cellAt,
  clampView,
  panBy,
  plotHeight,
  revealCell,
  rowsInSight,
  ticksInSight,
  viewOfRange,
  wholeView,
  zoomBy,
} from './heatView';

const shape = { columns: 10_000, rows: 100 };
const plot = { width: 1000, height: 400 };
const whole = wholeView(shape, plot);

describe('the view', () => {
  it('begins with all of it', () => {
    expect(whole).toEqual({ x: 0, y: 0, kx: 0.1, ky: 4 });
    expect(wholeView({ columns: 7, rows: 2 }, plot).kx).toBe(44);
  });

  it('keeps the cell under the pointer when it zooms, until an edge is there', () => {
    const at = { px: 600, py: 100 };
    const before = cellAt(whole, at.px, at.py, shape);
    const near = zoomBy(whole, at, { x: 8, y: 2 }, shape, plot);
    expect(near.kx).toBeCloseTo(0.8);
    expect(cellAt(near, at.px, at.py, shape)).toEqual(before);
    const back = zoomBy(near, at, { x: 1e-6, y: 1e-6 }, shape, plot);
    expect(back).toEqual(whole);
  });

  it('zooms on in one direction when the other is at its bound', () => {
    const wide = { columns: 10_000, rows: 3 };
    const start = wholeView(wide, plot);
    const near = zoomBy(start, { px: 0, py: 0 }, { x: 4, y: 4 }, wide, plot);
    expect(near.ky).toBe(start.ky);
    expect(near.kx).toBeCloseTo(start.kx * 4);
  });

  it('does not leave the grid', () => {
    const near = { x: 500, y: 20, kx: 2, ky: 20 };
    expect(clampView(panBy(near, 1e6, 1e6), shape, plot)).toMatchObject({ x: 0, y: 0 });
    expect(clampView(panBy(near, -1e6, -1e6), shape, plot)).toMatchObject({ x: 9500, y: 80 });
    expect(cellAt({ ...near, x: 9999 }, 10, 0, shape)).toBeNull();
  });

  it('moves no more than it must to show a cell', () => {
    const near = clampView({ x: 500, y: 20, kx: 10, ky: 20 }, shape, plot);
    expect(revealCell(near, { column: 550, row: 30 }, shape, plot)).toEqual(near);
    const right = revealCell(near, { column: 700, row: 30 }, shape, plot);
    expect(right.x).toBeCloseTo(605);
    expect(right.y).toBe(near.y);
    const first = revealCell(near, { column: 0, row: 0 }, shape, plot);
    expect(first).toMatchObject({ x: 0, y: 0 });
  });

  it('shows a range with what is beside it', () => {
    const view = viewOfRange({ first: 4000, last: 4099, row: 50 }, shape, plot);
    expect((4000 - view.x) * view.kx).toBeGreaterThan(100);
    expect((4100 - view.x) * view.kx).toBeLessThan(900);
    expect((50 - view.y) * view.ky).toBeGreaterThan(0);
    expect(viewOfRange({ first: 0, last: 0, row: 0 }, shape, plot).kx).toBe(44);
  });

  it('is as high as its rows, within bounds', () => {
    expect(plotHeight(1, 40, 500)).toBe(52);
    expect(plotHeight(4, 40, 500)).toBe(120);
    expect(plotHeight(1000, 40, 500)).toBe(500);
  });
});

describe('axes', () => {
  const ticks = Array.from({ length: 100 }, (_, i) => ({ offset: i * 100, label: String(i) }));

  it('have as many ticks as there is room for, and keep them when the view moves', () => {
    const shown = ticksInSight(ticks, whole, plot, 60);
    expect(shown.map((t) => t.label).slice(0, 3)).toEqual(['0', '8', '16']);
    const near = { x: 850, y: 0, kx: 1, ky: 4 };
    const labels = ticksInSight(ticks, near, plot, 60).map((t) => t.label);
    expect(labels).toEqual(['9', '10', '11', '12', '13', '14', '15', '16', '17', '18']);
    expect(ticksInSight([], near, plot, 60)).toEqual([]);
    expect(ticksInSight(ticks.slice(0, 1), whole, plot, 60)).toHaveLength(1);
  });

  it('name the rows that have room', () => {
    expect(rowsInSight(100, whole, plot, 12)).toHaveLength(34);
    expect(rowsInSight(100, { x: 0, y: 50, kx: 1, ky: 20 }, plot, 12).at(0)).toBe(50);
    expect(rowsInSight(0, whole, plot, 12)).toEqual([]);
  });
});
