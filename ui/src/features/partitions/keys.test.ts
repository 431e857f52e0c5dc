import { describe, expect, it } from 'vitest';
import type { IndexOf } from './keys';
import { shortKey } from '../../lib/partitionKey';
import { keyAt, placeOf, valueAt } from './keys';

const time = (granularity: string, key: string, more: Partial<IndexOf> = {}): IndexOf => ({
  kind: 'time',
  granularity,
  zone: 'UTC',
  first: { key },
  count: 1000,
  name: 'date',
  ...more,
});

describe('keys of time', () => {
  it('count days and months of the calendar', () => {
    expect(valueAt(time('day', '2024-02-28'), 2)).toBe('2024-03-01');
    expect(valueAt(time('day', '2026-10-24', { zone: 'Europe/Berlin' }), 2)).toBe('2026-10-26');
    expect(valueAt(time('month', '2025-11'), 3)).toBe('2026-02');
  });

  it('count weeks as ISO 8601 has them', () => {
    expect(valueAt(time('week', '2026-W01'), 0)).toBe('2026-W01');
    expect(valueAt(time('week', '2026-W01'), 52)).toBe('2026-W53');
    expect(valueAt(time('week', '2026-W01'), 53)).toBe('2027-W01');
    expect(valueAt(time('week', '2020-W53'), 1)).toBe('2021-W01');
  });

  it('tell two hours of the same name apart', () => {
    const index = time('hour', '2026-10-25T00', {
      zone: 'Europe/Berlin',
      first: { key: '2026-10-25T00', start: '2026-10-24T22:00:00Z' },
    });
    expect([0, 1, 2, 3, 4].map((n) => valueAt(index, n))).toEqual([
      '2026-10-25T00',
      '2026-10-25T01',
      '2026-10-25T02+02:00',
      '2026-10-25T02+01:00',
      '2026-10-25T03',
    ]);
    const utc = time('hour', '', {
      first: { key: '2026-03-01T23', start: '2026-03-01T23:00:00Z' },
    });
    expect(valueAt(utc, 1)).toBe('2026-03-02T00');
  });
});

it('counts integers by their step and takes static keys from the list', () => {
  const integers: IndexOf = {
    kind: 'integer',
    first: { key: '64' },
    count: 9,
    step: 32,
    name: 'bucket',
  };
  expect(keyAt(integers, 2, '')).toBe('bucket=128');
  const fixed: IndexOf = {
    kind: 'static',
    first: { key: 'eu' },
    count: 2,
    keys: ['eu', 'a,b=c%'],
    name: 'region',
  };
  expect(keyAt(fixed, 1, '')).toBe('region=a%2Cb%3Dc%25');
  expect(valueAt(fixed, 2)).toBeNull();
  expect(shortKey('region=a%2Cb%3Dc%25,date=2026-10-01')).toBe('a,b=c% · 2026-10-01');
});

it('puts the lane beside the index', () => {
  const index = time('day', '2026-10-01');
  expect(keyAt(index, 1, 'region=eu')).toBe('date=2026-10-02,region=eu');
  expect(keyAt(index, 1, '')).toBe('date=2026-10-02');
  const none: IndexOf = { kind: 'none', first: { key: '' }, count: 1, name: null };
  expect(keyAt(none, 0, '')).toBe('');
  expect(keyAt({ ...none, kind: 'time', first: null }, 0, '')).toBeNull();
});

describe('a key is found again', () => {
  const lanes = [{ key: 'region=eu,tier=a' }, { key: 'region=us,tier=a' }];
  it.each([
    ['day', '2026-10-01', {}],
    ['month', '2025-11', {}],
    ['week', '2020-W50', {}],
    [
      'hour',
      '2026-10-25T00',
      { zone: 'Europe/Berlin', first: { key: '2026-10-25T00', start: '2026-10-24T22:00:00Z' } },
    ],
  ])('by %s', (granularity, first, more) => {
    const index = time(granularity, first, more);
    for (const offset of [0, 1, 2, 3, 4, 5, 30, 999]) {
      const key = keyAt(index, offset, 'region=us,tier=a') ?? '';
      expect(placeOf(index, lanes, key)).toEqual({ offset, row: 1 });
    }
    const reordered = `tier=a,date=${valueAt(index, 7)},region=eu`;
    expect(placeOf(index, lanes, reordered)).toEqual({ offset: 7, row: 0 });
  });

  it('or it is said that it is not there', () => {
    const index = time('day', '2026-10-01');
    expect(placeOf(index, lanes, 'date=2026-10-01,region=jp,tier=a')).toBeNull();
    expect(placeOf(index, lanes, 'date=2020-10-01,region=eu,tier=a')).toBeNull();
    expect(placeOf(index, lanes, 'date=nonsense,region=eu,tier=a')).toBeNull();
    expect(placeOf(index, [{ key: '' }], '2026-10-03')).toEqual({ offset: 2, row: 0 });
    const none: IndexOf = { kind: 'none', first: { key: '' }, count: 1, name: null };
    expect(placeOf(none, [{ key: '' }], '')).toEqual({ offset: 0, row: 0 });
  });
});
