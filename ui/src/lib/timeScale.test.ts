import { describe, expect, it } from 'vitest';
import type { Span } from './timeScale';
import { isFolded, shareOf, ticks, timeAt } from './timeScale';

const day = 86_400_000;
const first = Date.parse('2026-10-01T00:00:00Z');
const busy: Span = { first, last: first + 10 * day, now: first + 10 * day };
const idle: Span = { first, last: first + 4 * day, now: first + 50 * day };

describe('the track', () => {
  it('runs from the first event to now', () => {
    expect(shareOf(busy, first)).toBe(0);
    expect(shareOf(busy, first + 5 * day)).toBeCloseTo(0.5);
    expect(shareOf(busy, busy.now)).toBe(1);
    expect(shareOf(busy, first - day)).toBe(0);
  });

  it('folds the time since the last event', () => {
    expect(isFolded(busy)).toBe(false);
    expect(isFolded(idle)).toBe(true);
    expect(shareOf(idle, idle.last)).toBeGreaterThan(0.9);
    expect(shareOf(idle, idle.now)).toBe(1);
  });

  it.each([busy, idle])('leads back from a place to its moment', (span) => {
    for (const share of [0, 0.1, 0.5, 0.94, 0.97, 1]) {
      expect(shareOf(span, timeAt(span, share))).toBeCloseTo(share, 5);
    }
  });

  it('is a point when all happened at once', () => {
    const point = { first, last: first, now: first };
    expect(shareOf(point, first)).toBe(0);
    expect(timeAt(point, 1)).toBe(first + 1);
    expect(ticks(point, 5).length).toBeLessThanOrEqual(5);
  });

  it('has few round ticks', () => {
    expect(ticks(idle, 6).map((t) => t.text)).toEqual([
      '1 Oct',
      '2 Oct',
      '3 Oct',
      '4 Oct',
      '5 Oct',
    ]);
    const years = { first, last: first + 3000 * day, now: first + 3000 * day };
    expect(ticks(years, 6).length).toBeLessThanOrEqual(6);
    expect(ticks({ first, last: first, now: first + day / 24 }, 6)[1]?.text).toBe('00:15');
  });
});
