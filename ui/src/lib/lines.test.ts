import { expect, it } from 'vitest';
import { linePath, scaleOf } from './lines';

const box = { left: 10, right: 110, top: 5, bottom: 55 };

it('fill their box, from the first moment to the last and from the least to the most', () => {
  const samples = [
    { time: 0, value: 2 },
    { time: 50, value: 4 },
    { time: 100, value: 3 },
  ];
  const scale = scaleOf(samples, box, false)!;
  expect(linePath(samples, scale)).toBe('M10 55L60 5L110 30');
  expect(scaleOf(samples, box, true)!.y(2)).toBe(30);
});

it('keep their gaps', () => {
  const samples = [
    { time: 0, value: 0 },
    { time: 25, value: null },
    { time: 50, value: 1 },
    { time: 100, value: 1 },
  ];
  expect(linePath(samples, scaleOf(samples, box, true)!)).toBe('M10 55M60 5L110 5');
});

it('lie in the middle where nothing varies, and nowhere where nothing is known', () => {
  const one = [{ time: 7, value: 3 }];
  expect(linePath(one, scaleOf(one, box, false)!)).toBe('M60 30');
  expect(scaleOf([{ time: 1, value: null }], box, true)).toBeNull();
});
