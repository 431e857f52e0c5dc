import { expect, it } from 'vitest';
import { stack, ticks } from './stack';

it('puts what is below zero under the line', () => {
  const { bars, low, high } = stack(
    [
      [3, 1],
      [2, -4],
      [-1, 0],
    ],
    2,
  );
  expect(bars).toEqual([
    { series: 0, period: 0, low: 0, high: 3 },
    { series: 1, period: 0, low: 3, high: 5 },
    { series: 2, period: 0, low: -1, high: 0 },
    { series: 0, period: 1, low: 0, high: 1 },
    { series: 1, period: 1, low: -4, high: 0 },
  ]);
  expect([low, high]).toEqual([-4, 5]);
});

it('has round steps in whole units', () => {
  expect(ticks(0, 10_000_000, 1_000_000)).toEqual([0, 2e6, 4e6, 6e6, 8e6, 10e6]);
  expect(ticks(-3, 4, 1)).toEqual([-2, 0, 2, 4]);
  expect(ticks(0, 1024 ** 3, 1024 ** 2).length).toBeLessThanOrEqual(6);
  expect(ticks(0, 0, 1)).toEqual([0]);
});
