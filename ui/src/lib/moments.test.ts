import { describe, expect, it } from 'vitest';
import { durationMs, inUnit, isoDuration, isoOf, readMoment, written } from './moments';

describe('a moment', () => {
  it.each([
    ['2026-10-03', '2026-10-03T00:00:00Z'],
    ['2026-10-03 02:40', '2026-10-03T02:40:00Z'],
    ['2026-10-03 02:40:07 UTC', '2026-10-03T02:40:07Z'],
    ['2026-10-03T02:40:07.208001Z', '2026-10-03T02:40:07.208001Z'],
    ['2026-10-03T02:40:07+02:00', '2026-10-03T00:40:07Z'],
  ])('is read from %s', (text, iso) => expect(readMoment(text)).toBe(iso));

  it.each(['', 'yesterday', '2026-13-01', '2026-02-30', '2026-10-03 25:00', '3.10.2026'])(
    'is not read from "%s"',
    (text) => expect(readMoment(text)).toBeNull(),
  );

  it('is written so that it is read back as the same', () => {
    for (const iso of ['2026-10-03T02:40:07Z', '2026-10-03T02:40:07.208001Z']) {
      expect(readMoment(written(iso))).toBe(iso);
    }
    expect(written('2026-10-03T02:40:07.500000Z')).toBe('2026-10-03 02:40:07.5');
    expect(isoOf(0)).toBe('1970-01-01T00:00:00Z');
  });
});

it('a duration is read as ISO 8601 writes it', () => {
  expect(durationMs('P2D')).toBe(172_800_000);
  expect(durationMs('P1W')).toBe(604_800_000);
  expect(durationMs('PT36H')).toBe(129_600_000);
  expect(durationMs('P1DT1M')).toBe(86_460_000);
  for (const text of ['', 'P', 'PT', '2D', 'P1Y']) expect(durationMs(text)).toBeNull();
});

it('durations are written as the server writes them', () => {
  expect(isoDuration(36 * 3_600_000)).toBe('P1DT12H');
  expect(isoDuration(90_000)).toBe('PT1M30S');
  expect(isoDuration(7 * 86_400_000)).toBe('P7D');
  expect(isoDuration(0)).toBe('PT0S');
  expect(durationMs(isoDuration(123_456_000))).toBe(123_456_000);
});

it('durations are told in the largest unit that is whole', () => {
  expect(inUnit(36 * 3_600_000)).toEqual({ n: 36, unit: 'hours' });
  expect(inUnit(2 * 86_400_000)).toEqual({ n: 2, unit: 'days' });
  expect(inUnit(90_000)).toEqual({ n: 90, unit: 'seconds' });
});
