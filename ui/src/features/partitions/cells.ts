// A grid of partitions as the server sends it, lane by lane in runs of equal status, as one array of
// ranks. Plain maths, no view library.
import { rankOf } from '../../lib/partitionStatus';

export interface RunLane {
  lane: number;
  key: string;
  cells: readonly (readonly number[])[]; // [code, how many of it]
}

export interface Grid {
  columns: number; // along the index
  rows: number; // lanes
  ranks: Uint8Array; // rows × columns, by row
  lanes: { lane: number; key: string }[];
  tally: Float64Array; // cells by rank
}

// More cells than were asked for are a defect of the answer, not something to draw.
export const mostCells = 4_000_000;

export class BadGrid extends Error {
  constructor(why: string) {
    super(`The grid does not add up: ${why}.`);
    this.name = 'BadGrid';
  }
}

function ranksOf(legend: readonly string[]): Uint8Array {
  return Uint8Array.from(legend, (text) => {
    const rank = rankOf(text);
    if (rank === null) throw new BadGrid(`this page does not know the status "${text}"`);
    return rank;
  });
}

function widthOf(lane: RunLane): number {
  return lane.cells.reduce((sum, [, length = 0]) => sum + length, 0);
}

// `columns`: how many cells each lane has. Throws BadGrid.
export function decode(
  columns: number,
  legend: readonly string[],
  lanes: readonly RunLane[],
): Grid {
  if (columns * lanes.length > mostCells) throw new BadGrid(`more than ${mostCells} cells`);
  const byCode = ranksOf(legend);
  const ranks = new Uint8Array(columns * lanes.length);
  const tally = new Float64Array(256);
  lanes.forEach((lane, row) => {
    if (widthOf(lane) !== columns) {
      throw new BadGrid(`lane ${lane.lane} has ${widthOf(lane)} cells of ${columns}`);
    }
    let at = row * columns;
    for (const [code = -1, length = 0] of lane.cells) {
      const rank = byCode[code];
      if (rank === undefined) throw new BadGrid(`the legend has no code ${code}`);
      ranks.fill(rank, at, at + length);
      tally[rank] = (tally[rank] ?? 0) + length;
      at += length;
    }
  });
  const names = lanes.map(({ lane, key }) => ({ lane, key }));
  return { columns, rows: lanes.length, ranks, lanes: names, tally };
}

export function rankAt(grid: Grid, column: number, row: number): number {
  if (column < 0 || column >= grid.columns || row < 0 || row >= grid.rows) return 0;
  return grid.ranks[row * grid.columns + column] ?? 0;
}

export interface Run {
  row: number;
  first: number;
  last: number;
  rank: number;
}

// The cells around `column` that have its status, in the same lane.
export function runAround(grid: Grid, column: number, row: number): Run {
  const rank = rankAt(grid, column, row);
  const start = row * grid.columns;
  let first = column;
  let last = column;
  while (first > 0 && grid.ranks[start + first - 1] === rank) first -= 1;
  while (last + 1 < grid.columns && grid.ranks[start + last + 1] === rank) last += 1;
  return { row, first, last, rank };
}

// Where the status changes next: the first cell of the next run, or of the run before.
export function nextRun(grid: Grid, column: number, row: number, way: 1 | -1): number {
  const here = runAround(grid, column, row);
  if (way === 1) return Math.min(here.last + 1, grid.columns - 1);
  return here.first === 0 ? 0 : runAround(grid, here.first - 1, row).first;
}

export interface Runs {
  runs: Run[];
  more: number; // runs that are not listed
}

// All runs whose status is wanted, lane by lane; at most `most` of them.
export function runsOf(grid: Grid, wanted: (rank: number) => boolean, most: number): Runs {
  const runs: Run[] = [];
  let more = 0;
  for (let row = 0; row < grid.rows; row++) {
    for (let first = 0; first < grid.columns;) {
      const run = runAround(grid, first, row);
      if (wanted(run.rank)) {
        if (runs.length < most) runs.push({ ...run, first });
        else more += 1;
      }
      first = run.last + 1;
    }
  }
  return { runs, more };
}
