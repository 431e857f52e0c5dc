import { expect, it } from 'vitest';
import { addDays, everyDay } from './days';

it('fills days of which nothing is said, across months', () => {
  expect(
    everyDay(
      [{ day: '2026-10-01', count: 4 }],
      '2026-09-30T00:00:00.000000Z',
      '2026-10-03T00:00:00.000000Z',
    ),
  ).toEqual([
    { day: '2026-09-30', count: 0 },
    { day: '2026-10-01', count: 4 },
    { day: '2026-10-02', count: 0 },
  ]);
});

it('keeps the last days of too many, and none of an interval that is upside down', () => {
  expect(everyDay([], '2020-01-01', '2026-10-03', 2).map((d) => d.day)).toEqual([
    '2026-10-01',
    '2026-10-02',
  ]);
  expect(everyDay([], '2026-10-03', '2026-10-01')).toEqual([]);
});

it('counts days over a change of the clock and the end of a year', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2026-03-30', -2)).toBe('2026-03-28');
});
