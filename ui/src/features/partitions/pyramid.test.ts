import { expect, it } from 'vitest';
import type { Grid } from './cells';
import { halvings, leastPixels, Pyramid } from './pyramid';

// A small generator with a seed, so that a failure can be seen again.
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function gridOf(columns: number, rows: number, seed: number): Grid {
  const random = noise(seed);
  const ranks = Uint8Array.from({ length: columns * rows }, () =>
    random() < 0.9 ? 1 : Math.floor(random() * 14),
  );
  return { columns, rows, ranks, lanes: [], tally: new Float64Array(256) };
}

it('shows the worst of what a cell stands for, in every level, to the last row and column', () => {
  for (const [columns, rows] of [
    [37, 11],
    [64, 1],
    [1, 9],
    [5, 5],
  ] as const) {
    const grid = gridOf(columns, rows, columns * 100 + rows);
    const pyramid = new Pyramid(grid);
    for (let across = 0; 2 ** across < 2 * columns; across++) {
      for (let down = 0; 2 ** down < 2 * rows; down++) {
        const level = pyramid.level(across, down);
        expect(level.columns).toBe(Math.ceil(columns / 2 ** across));
        expect(level.rows).toBe(Math.ceil(rows / 2 ** down));
        for (let row = 0; row < level.rows; row++) {
          for (let column = 0; column < level.columns; column++) {
            let worst = 0;
            for (let y = row << down; y < Math.min(rows, (row + 1) << down); y++) {
              for (let x = column << across; x < Math.min(columns, (column + 1) << across); x++) {
                worst = Math.max(worst, grid.ranks[y * columns + x] ?? 0);
              }
            }
            expect(level.ranks[row * level.columns + column]).toBe(worst);
          }
        }
      }
    }
  }
});

it('halves until a cell has a pixel', () => {
  expect(halvings(3)).toBe(0);
  expect(halvings(1)).toBe(1);
  expect(halvings(0.6)).toBe(1);
  expect(halvings(0.5)).toBe(2);
  expect(halvings(0.001)).toBe(10);
  for (const size of [0.9, 0.37, 0.02, 0.0011]) {
    expect(size * 2 ** halvings(size)).toBeGreaterThanOrEqual(leastPixels - 1e-6);
    expect(size * 2 ** halvings(size)).toBeLessThan(2 * leastPixels);
  }
});
