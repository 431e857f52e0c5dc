import { expect, it } from 'vitest';
import {
  anomalyInterval,
  parseQuality,
  qualityHref,
  qualityState,
  statusesOf,
  withKind,
} from './qualityUrl';

const read = (href: string) => parseQuality(new URL(href, 'http://localhost').searchParams);
const now = Date.parse('2026-10-07T13:00:00Z');

it('addresses hold what is chosen, and nothing else', () => {
  const state = qualityState({ tab: 'anomalies', kinds: ['volume', 'cost'], days: 30 });
  expect(qualityHref(state)).toBe('/quality?tab=anomalies&kinds=volume%2Ccost&days=30');
  expect(read(qualityHref(state))).toEqual(state);
  expect(qualityHref()).toBe('/quality');
  expect(read('/quality?status=great&kind=colour')).toEqual(qualityState());
});

it('what is unhealthy fails or is unusual', () => {
  expect(statusesOf('unhealthy')).toEqual(['failing', 'warning']);
  expect(statusesOf('learning')).toEqual(['learning']);
});

it('kinds are added and taken away, in their own order', () => {
  expect(withKind(['cost'], 'volume')).toEqual(['volume', 'cost']);
  expect(withKind(['volume', 'cost'], 'volume')).toEqual(['cost']);
});

it('the days of an interval are whole, the last one with it', () => {
  expect(anomalyInterval(qualityState(), now)).toEqual({ from: '2026-10-01T00:00:00Z' });
  // A day is named by the midnight after it.
  expect(anomalyInterval(qualityState({ to: '2026-10-07T00:00:00Z' }), now)).toEqual({
    from: '2026-09-30T00:00:00Z',
    to: '2026-10-07T00:00:00Z',
  });
  const from = '2026-09-01T00:00:00Z';
  expect(anomalyInterval(qualityState({ from }), now)).toEqual({ from });
});
