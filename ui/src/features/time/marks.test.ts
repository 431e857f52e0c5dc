import { describe, expect, it } from 'vitest';
import type { GraphChange } from './marks';
import {
  bars,
  firstSeen,
  markNear,
  marksOf,
  nextMark,
  previousMark,
  stretches,
  unique,
} from './marks';
import type { Span } from '../../lib/timeScale';
import { shareOf } from '../../lib/timeScale';

const day = 86_400_000;
const first = Date.parse('2026-10-01T00:00:00Z');
const busy: Span = { first, last: first + 10 * day, now: first + 10 * day };

const change = (at: string): GraphChange => ({
  kind: 'edge_added',
  nodeId: null,
  edge: null,
  at,
  before: null,
  after: null,
  detail: {},
  evidence: { seqs: [], runs: [], facets: [], producers: [], reason: null },
});

describe('marks', () => {
  const marks = marksOf([
    change('2026-10-03T02:00:00.000001Z'),
    change('2026-10-02T02:00:00.000000Z'),
    change('2026-10-03T02:00:00.000000Z'),
  ]);

  it('gather what happened together, in order', () => {
    expect(marks.map((m) => [m.iso, m.n])).toEqual([
      ['2026-10-02T02:00:00.000000Z', 1],
      ['2026-10-03T02:00:00.000001Z', 2],
    ]);
  });

  it('are stepped through one by one, from now backwards', () => {
    expect(nextMark(marks, null)).toBeNull();
    expect(previousMark(marks, null)).toBe(marks[1]);
    expect(previousMark(marks, marks[1]!.iso)).toBe(marks[0]);
    expect(previousMark(marks, marks[0]!.iso)).toBeNull();
    expect(nextMark(marks, marks[0]!.iso)).toBe(marks[1]);
    expect(nextMark(marks, '2026-10-01T00:00:00Z')).toBe(marks[0]);
  });

  it('are found near a place', () => {
    const share = shareOf(busy, marks[0]!.at);
    expect(markNear(marks, busy, share + 0.01, 0.02)).toBe(marks[0]);
    expect(markNear(marks, busy, share + 0.03, 0.02)).toBeNull();
  });

  it('are drawn as one where they would lie on each other', () => {
    expect(bars(marks, busy, 200).map((b) => b.n)).toEqual([1, 2]);
    expect(bars(marks, busy, 2).map((b) => b.n)).toEqual([3]);
  });

  it('are asked for in stretches that leave no gap', () => {
    const all = stretches(first, busy.last, 8);
    expect(all).toHaveLength(8);
    expect(all[0]?.from).toBe(first);
    expect(all.at(-1)?.to).toBe(busy.last);
    for (let i = 1; i < all.length; i++) expect(all[i]?.from).toBe(all[i - 1]?.to);
    expect(stretches(first, first, 8)).toEqual([]);
    expect(stretches(first, first + 1, 8)).toEqual([{ from: first, to: first + 1 }]);
  });

  it('count a change once, however often it was told', () => {
    const one = change('2026-10-03T02:00:00.000000Z');
    expect(unique([one, { ...one }, { ...one, kind: 'edge_removed' }])).toHaveLength(2);
  });

  it('begin when the node is there', () => {
    const early = change('2026-10-01T00:00:00Z');
    const own: GraphChange = { ...change('2026-10-02T00:00:00Z'), kind: 'node_added', nodeId: 'x' };
    expect(firstSeen([early, own], 'x')).toBe(Date.parse(own.at) + 1);
    expect(firstSeen([early, own], 'y')).toBe(Date.parse(early.at) + 1);
    expect(firstSeen([], 'x')).toBeNull();
  });
});
