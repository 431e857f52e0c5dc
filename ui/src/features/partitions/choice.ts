// What is chosen on a heat map, as keys for an address and back. Plain maths.
import type { Grid } from './cells';
import { rankAt } from './cells';
import type { Area } from './heatCanvas';
import { areaOf } from './heatGestures';
import type { Cell } from './heatView';
import { keyAt, placeOf } from './keys';
import type { Partitions } from './usePartitions';

export function cellOfKey(p: Partitions, key: string | null): Cell | null {
  if (key === null) return null;
  const place = placeOf(p.index, p.grid.lanes, key);
  return place && { column: Math.floor(place.offset / p.bucket), row: place.row };
}

// The key of the first partition of a cell, or of its last one.
export function keyOfCell(p: Partitions, { column, row }: Cell, end: 'first' | 'last') {
  const first = column * p.bucket;
  const offset = end === 'first' ? first : Math.min(first + p.bucket, p.index.count) - 1;
  return keyAt(p.index, offset, p.grid.lanes[row]?.key ?? '');
}

export function areaOfKeys(p: Partitions, from: string | null, to: string | null): Area | null {
  const [a, b] = [cellOfKey(p, from), cellOfKey(p, to)];
  return a && b ? areaOf(a, b) : null;
}

export function keysOfArea(p: Partitions, area: Area): { from: string | null; to: string | null } {
  return {
    from: keyOfCell(p, { column: area.first, row: area.top }, 'first'),
    to: keyOfCell(p, { column: area.last, row: area.bottom }, 'last'),
  };
}

// How many cells of each rank an area has.
export function tallyOf(grid: Grid, area: Area): Map<number, number> {
  const tally = new Map<number, number>();
  for (let row = area.top; row <= area.bottom; row++) {
    for (let column = area.first; column <= area.last; column++) {
      const rank = rankAt(grid, column, row);
      tally.set(rank, (tally.get(rank) ?? 0) + 1);
    }
  }
  return tally;
}

// Only cells of some ranks; the others are as if they were not expected.
export function onlyRanks(grid: Grid, wanted: ReadonlySet<number>): Grid {
  const keep = Uint8Array.from({ length: 256 }, (_, rank) => (wanted.has(rank) ? rank : 0));
  return { ...grid, ranks: grid.ranks.map((rank) => keep[rank] ?? 0) };
}
