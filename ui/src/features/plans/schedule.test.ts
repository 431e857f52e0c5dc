import { describe, expect, it } from 'vitest';
import type { Piece } from './schedule';
import { durationTicks, lanesOf, lengthOf, schedule, soonest } from './schedule';

const piece = (task: number, wave: number, upstream: number[], p50: number, p90 = p50): Piece => ({
  task,
  wave,
  upstream,
  duration: { p50, p90 },
});

describe('schedule', () => {
  it('lets a task begin when the last of what it reads has ended', () => {
    const bars = schedule(
      [piece(4, 3, [2, 3], 5, 9), piece(1, 1, [], 10), piece(2, 2, [1], 10), piece(3, 2, [1], 30)],
      [1, 3, 4],
    );
    expect(bars.map((b) => [b.task, b.start, b.end])).toEqual([
      [1, 0, 10],
      [2, 10, 20],
      [3, 10, 40],
      [4, 40, 45],
    ]);
    expect(bars.filter((b) => b.critical).map((b) => b.task)).toEqual([1, 3, 4]);
    expect(bars[3]?.late).toBe(49);
    expect(lengthOf(bars)).toBe(49);
  });

  it('draws an unknown duration as long as the others are', () => {
    const bars = schedule([piece(1, 1, [], 10), piece(2, 1, [], -1), piece(3, 1, [], 30)], []);
    expect(bars[1]).toMatchObject({ known: false, start: 0, end: 30 });
    expect(schedule([piece(1, 1, [], -1)], [])[0]?.end).toBe(60_000);
  });

  it('does not wait for a task that is not there, and never ends before it has begun', () => {
    expect(schedule([piece(9, 2, [1], 7, 3)], [])[0]).toMatchObject({ start: 0, end: 7, late: 7 });
    expect(schedule([], [])).toEqual([]);
    expect(lengthOf([])).toBe(1);
  });
});

it('takes a task to be as long as one partition, unless they follow each other', () => {
  const duration_ms = { p50: 300, p90: 600 };
  expect(soonest({ count: 3, sequential: false, duration_ms })).toEqual({ p50: 100, p90: 200 });
  expect(soonest({ count: 3, sequential: true, duration_ms })).toEqual(duration_ms);
  expect(soonest({ count: 3, sequential: false, duration_ms: { p50: -1, p90: null } })).toEqual({
    p50: -1,
    p90: null,
  });
});

it('puts waves one after the other', () => {
  const wave = (n: number, p50: number, p90: number) => ({
    wave: n,
    tasks: 1,
    partitions: 2,
    duration_ms: { p50, p90 },
  });
  const lanes = lanesOf([wave(1, 100, 150), wave(2, 50, 60)]);
  expect(lanes.map(({ start, end, late }) => [start, end, late])).toEqual([
    [0, 100, 150],
    [100, 150, 160],
  ]);
});

it('has round durations on its axis', () => {
  expect(durationTicks(95_000, 5)).toEqual([0, 30_000, 60_000, 90_000]);
  expect(durationTicks(86_400_000, 6).map((t) => t / 3_600_000)).toEqual([0, 6, 12, 18, 24]);
  expect(durationTicks(1, 5)).toEqual([0]);
  for (const length of [1, 999, 61_000, 7.3e6, 9e8, 4e11]) {
    expect(durationTicks(length, 6).length).toBeLessThanOrEqual(7);
  }
});
