import { describe, expect, it } from 'vitest';
import { BadGrid, decode, nextRun, rankAt, runAround, runsOf } from './cells';
import { rankOf, statusAt } from '../../lib/partitionStatus';

const legend = ['none', 'current', 'stale_code', 'missing'];
const lanes = [
  {
    lane: 3,
    key: 'region=eu',
    cells: [
      [1, 4],
      [2, 1],
      [3, 3],
    ],
  },
  {
    lane: 7,
    key: 'region=us',
    cells: [
      [0, 2],
      [1, 6],
    ],
  },
];

describe('decode', () => {
  it('gives every cell its status, lane by lane', () => {
    const grid = decode(8, legend, lanes);
    const texts = (row: number) =>
      Array.from({ length: 8 }, (_, i) => statusAt(rankAt(grid, i, row)));
    expect(texts(0)).toEqual([
      ...Array<string>(4).fill('current'),
      'stale_code',
      ...Array<string>(3).fill('missing'),
    ]);
    expect(texts(1).slice(0, 3)).toEqual(['none', 'none', 'current']);
    expect(grid.tally[rankOf('current') ?? -1]).toBe(10);
    expect(grid.lanes).toEqual([
      { lane: 3, key: 'region=eu' },
      { lane: 7, key: 'region=us' },
    ]);
  });

  it('refuses what does not add up', () => {
    expect(() => decode(9, legend, lanes)).toThrow('lane 3 has 8 cells of 9');
    expect(() => decode(8, legend.slice(0, 3), lanes)).toThrow('no code 3');
    expect(() => decode(8, [...legend, 'rotten'], lanes)).toThrow('status "rotten"');
    expect(() => decode(3_000_000, legend, lanes)).toThrow(BadGrid);
  });

  it('takes a grid without lanes or columns', () => {
    expect(decode(0, legend, [{ lane: 0, key: '', cells: [] }]).ranks).toHaveLength(0);
    expect(decode(5, legend, []).rows).toBe(0);
  });
});

describe('runs', () => {
  const grid = decode(8, legend, lanes);
  const [current, stale] = [rankOf('current'), rankOf('stale_code')];

  it('reach as far as the status does', () => {
    expect(runAround(grid, 2, 0)).toEqual({ row: 0, first: 0, last: 3, rank: current });
    expect(runAround(grid, 4, 0)).toEqual({ row: 0, first: 4, last: 4, rank: stale });
    expect(runAround(grid, 7, 1)).toMatchObject({ first: 2, last: 7 });
  });

  it('are stepped through both ways, up to the edges', () => {
    expect(nextRun(grid, 1, 0, 1)).toBe(4);
    expect(nextRun(grid, 6, 0, 1)).toBe(7);
    expect(nextRun(grid, 6, 0, -1)).toBe(4);
    expect(nextRun(grid, 4, 0, -1)).toBe(0);
    expect(nextRun(grid, 2, 0, -1)).toBe(0);
  });

  it('are listed, and what is not listed is counted', () => {
    const found = runsOf(grid, (rank) => rank > 0, 3);
    expect(found.runs.map(({ row, first, last }) => [row, first, last])).toEqual([
      [0, 0, 3],
      [0, 4, 4],
      [0, 5, 7],
    ]);
    expect(found.more).toBe(1);
  });
});
