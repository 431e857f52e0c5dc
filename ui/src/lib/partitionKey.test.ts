import { expect, it } from 'vitest';
import { escapeKey, rangeText, shortKey, unescapeKey } from './partitionKey';

it('reads a key without the names of its dimensions', () => {
  expect(shortKey('date=2026-10-01,region=eu')).toBe('2026-10-01 · eu');
  expect(shortKey('2026-10-01')).toBe('2026-10-01');
  expect(shortKey('region=a%2Cb%3Dc%25')).toBe('a,b=c%');
  expect(unescapeKey(escapeKey('50%2C, a=b'))).toBe('50%2C, a=b');
});

it('says once what both ends of a range have in common', () => {
  expect(rangeText('date=2026-10-01,region=eu', 'date=2026-10-07,region=eu')).toBe(
    '2026-10-01 to 2026-10-07 · eu',
  );
  expect(rangeText('date=2026-10-01', 'date=2026-10-07')).toBe('2026-10-01 to 2026-10-07');
  expect(rangeText('date=2026-10-01,region=eu', 'date=2026-10-07,region=us')).toBe(
    '2026-10-01 · eu to 2026-10-07 · us',
  );
  expect(rangeText('date=2026-10-01', 'date=2026-10-01')).toBe('2026-10-01');
  expect(rangeText('', '')).toBe('all of it');
});
