import { describe, expect, it } from 'vitest';
import {
  centerOn,
  firstView,
  fit,
  intersects,
  maxScale,
  minScale,
  pan,
  reveal,
  snapOut,
  visibleRect,
  zoomAt,
} from './viewport';

const screen = { width: 1000, height: 600 };
const onScreen = (view: { x: number; y: number; k: number }, x: number, y: number) => [
  x * view.k + view.x,
  y * view.k + view.y,
];

describe('zoomAt', () => {
  it('leaves the point under the pointer where it is', () => {
    const view = { x: 30, y: -20, k: 0.7 };
    const before = [(400 - view.x) / view.k, (250 - view.y) / view.k] as const;
    const after = zoomAt(view, 400, 250, 1.3);
    const [x, y] = onScreen(after, before[0], before[1]);
    expect(x).toBeCloseTo(400);
    expect(y).toBeCloseTo(250);
  });
  it('stops at its limits', () => {
    expect(zoomAt({ x: 0, y: 0, k: 1 }, 0, 0, 1e9).k).toBe(maxScale);
    expect(zoomAt({ x: 0, y: 0, k: 1 }, 0, 0, 1e-9).k).toBe(minScale);
  });
});

describe('fit', () => {
  it('shows all of a large picture', () => {
    const all = { x: 0, y: 0, width: 5000, height: 4000 };
    const seen = visibleRect(fit(all, screen), screen);
    expect(seen.x).toBeLessThanOrEqual(0);
    expect(seen.x + seen.width).toBeGreaterThanOrEqual(5000);
    expect(seen.y + seen.height).toBeGreaterThanOrEqual(4000);
  });
  it('does not blow up a small one', () => {
    expect(fit({ x: 0, y: 0, width: 10, height: 10 }, screen).k).toBe(1.1);
  });
  it('survives an empty picture and an empty screen', () => {
    const view = fit({ x: 0, y: 0, width: 0, height: 0 }, { width: 0, height: 0 });
    expect(Number.isFinite(view.x) && view.k > 0).toBe(true);
  });
});

describe('firstView', () => {
  it('starts at the middle node when names would be too small', () => {
    const root = { x: 9000, y: 9000, width: 200, height: 50 };
    const view = firstView({ x: 0, y: 0, width: 20000, height: 20000 }, root, screen);
    expect(view.k).toBe(0.8);
    expect(onScreen(view, 9100, 9025)).toEqual([500, 300]);
  });
});

describe('visibleRect', () => {
  it('undoes the view', () => {
    const view = { x: 100, y: 50, k: 2 };
    expect(visibleRect(view, screen)).toEqual({ x: -50, y: -25, width: 500, height: 300 });
    expect(visibleRect(view, screen, 100).width).toBe(600);
  });
});

describe('snapOut', () => {
  it('covers the rectangle and changes only from cell to cell', () => {
    const a = snapOut({ x: 101, y: -1, width: 250, height: 99 }, 100);
    expect(a).toEqual({ x: 100, y: -100, width: 300, height: 200 });
    expect(snapOut({ x: 130, y: -20, width: 250, height: 99 }, 100)).toEqual(a);
  });
});

describe('reveal', () => {
  it('does not move for what is in sight', () => {
    const view = { x: 0, y: 0, k: 1 };
    expect(reveal(view, { x: 100, y: 100, width: 50, height: 50 }, screen)).toEqual(view);
  });
  it.each([
    [-500, 100],
    [2000, 100],
    [100, -900],
    [100, 5000],
  ])('brings (%d, %d) onto the screen', (x, y) => {
    const rect = { x, y, width: 50, height: 50 };
    const view = reveal({ x: 0, y: 0, k: 1 }, rect, screen);
    const seen = visibleRect(view, screen);
    expect(intersects(seen, rect)).toBe(true);
    expect(rect.x).toBeGreaterThanOrEqual(seen.x);
    expect(rect.y + 50).toBeLessThanOrEqual(seen.y + seen.height);
  });
});

it('pans and centres', () => {
  expect(pan({ x: 1, y: 2, k: 3 }, 10, 20)).toEqual({ x: 11, y: 22, k: 3 });
  expect(centerOn({ x: 0, y: 0, width: 100, height: 100 }, screen, 1)).toEqual({
    x: 450,
    y: 250,
    k: 1,
  });
});
