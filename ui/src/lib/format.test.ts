import { expect, it } from 'vitest';
import { ago, bytes, count, duration, moment, plural } from './format';

it('shows durations in their two largest units', () => {
  expect(duration(417)).toBe('417 ms');
  expect(duration(61_000)).toBe('1 min 1 s');
  expect(duration(3_600_000)).toBe('1 h');
  expect(duration(90_061_000)).toBe('1 d 1 h');
  expect(duration(null)).toBe('–');
});

it('shows how long ago', () => {
  const now = Date.parse('2026-10-04T12:00:00Z');
  expect(ago('2026-10-04T11:59:58Z', now)).toBe('just now');
  expect(ago('2026-10-04T11:00:00Z', now)).toBe('1 h ago');
  expect(ago('2026-10-01T12:00:00Z', now)).toBe('3 d ago');
  expect(ago('2026-10-04T12:10:00Z', now)).toBe('in 10 min');
  expect(ago(null)).toBe('never');
});

it('shows sizes, counts and moments', () => {
  expect(bytes(512)).toBe('512 B');
  expect(bytes(1536)).toBe('1.5 KiB');
  expect(count(12345)).toBe('12,345');
  expect(count(1_250_000)).toBe('1.3M');
  expect(plural(1, 'job')).toBe('1 job');
  expect(plural(2, 'job')).toBe('2 jobs');
  expect(moment('2026-10-04T02:49:40.123456Z')).toBe('2026-10-04 02:49:40 UTC');
});
