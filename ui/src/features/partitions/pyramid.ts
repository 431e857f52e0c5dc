// The worst status of 2^a × 2^b neighbouring cells, for every a and b: what a pixel shows when it
// stands for more than one cell. Made level by level when asked for; all levels together take less
// than four times the cells. Plain maths, no view library.
import type { Grid } from './cells';

export interface Level {
  columns: number;
  rows: number;
  ranks: Uint8Array;
}

function halveColumns(from: Level): Level {
  const columns = Math.ceil(from.columns / 2);
  const ranks = new Uint8Array(columns * from.rows);
  const pairs = from.columns >> 1;
  for (let row = 0; row < from.rows; row++) {
    let read = row * from.columns;
    let write = row * columns;
    for (let i = 0; i < pairs; i++, read += 2, write++) {
      const a = from.ranks[read]!;
      const b = from.ranks[read + 1]!;
      ranks[write] = a > b ? a : b;
    }
    if (pairs < columns) ranks[write] = from.ranks[read]!;
  }
  return { columns, rows: from.rows, ranks };
}

function halveRows(from: Level): Level {
  const { columns } = from;
  const rows = Math.ceil(from.rows / 2);
  const ranks = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const upper = 2 * row * columns;
    const lower = 2 * row + 1 < from.rows ? upper + columns : upper;
    const write = row * columns;
    for (let i = 0; i < columns; i++) {
      const a = from.ranks[upper + i]!;
      const b = from.ranks[lower + i]!;
      ranks[write + i] = a > b ? a : b;
    }
  }
  return { columns, rows, ranks };
}

export class Pyramid {
  private readonly levels = new Map<number, Level>();

  constructor(readonly grid: Grid) {
    this.levels.set(0, { columns: grid.columns, rows: grid.rows, ranks: grid.ranks });
  }

  // Cells of 2^across columns and 2^down rows each.
  level(across: number, down: number): Level {
    const name = across * 64 + down;
    const known = this.levels.get(name);
    if (known) return known;
    const made =
      down > 0
        ? halveRows(this.level(across, down - 1))
        : halveColumns(this.level(across - 1, down));
    this.levels.set(name, made);
    return made;
  }
}

// A little more than a pixel, so that one sample a pixel, from edge to edge, meets every cell.
export const leastPixels = 1.02;

// The smallest number of halvings that makes a cell of `size` pixels wide enough to be met.
export function halvings(size: number): number {
  return size >= leastPixels ? 0 : Math.ceil(Math.log2(leastPixels / size) - 1e-9);
}
