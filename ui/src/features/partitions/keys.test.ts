import { describe, expect, it } from 'vitest';
import type { IndexOf } from './keys';
import { keyAt, splitKey, valueAt } from './keys';

const time = (granularity: string, key: string, more: Partial<IndexOf> = {}): IndexOf => ({
  kind: 'time',
  granularity,
  zone: 'UTC',
  first: { key },
  count: 1000,
  ...more,
});

describe('keys of time', () => {
  it('count days and months of the calendar', () => {
    expect(valueAt(time('day', '2024-02-28'), 2)).toBe('2024-03-01');
    expect(valueAt(time('day', 'date=2026-10-24', { zone: 'Europe/Berlin' }), 2)).toBe(
      '2026-10-26',
    );
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
  const integers: IndexOf = { kind: 'integer', first: { key: 'bucket=64' }, count: 9, step: 32 };
  expect(keyAt(integers, 2, '')).toBe('bucket=128');
  const fixed: IndexOf = { kind: 'static', first: { key: 'eu' }, count: 2, keys: ['eu', 'us'] };
  expect(valueAt(fixed, 1)).toBe('us');
  expect(valueAt(fixed, 2)).toBeNull();
});

it('puts the lane beside the index', () => {
  const index = time('day', 'date=2026-10-01');
  expect(keyAt(index, 1, 'region=eu')).toBe('date=2026-10-02,region=eu');
  expect(keyAt(index, 1, '')).toBe('date=2026-10-02');
  expect(keyAt({ kind: 'none', first: { key: '' }, count: 1 }, 0, '')).toBe('');
  expect(splitKey('2026-10-01')).toEqual({ name: null, value: '2026-10-01' });
});
