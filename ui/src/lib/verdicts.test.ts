import { describe, expect, it } from 'vitest';
import { anomaly, judged, monitorsOf } from '../test/qualitySamples';
import { anomalyText, learnedText, measureText, numberText, verdictText } from './verdicts';

describe('numbers', () => {
  it('of one kind are written alike, whole or not', () => {
    expect([306_510.2, 305_900, 1234.5, 0.12345678].map(numberText)).toEqual([
      '306.5K',
      '305.9K',
      '1,235',
      '0.12346',
    ]);
    expect(measureText('total_bytes', 191.99999999999997)).toBe('192 B');
  });
});

describe('verdicts', () => {
  it('say what was set in place of values', () => {
    const set = { ...judged, low: null, basis: 'declared' };
    expect(verdictText(set, String)).toBe('44782; usual 40000; at most 42000 (as set)');
  });
  it('of which nothing is known say only that', () => {
    const unknown = { ...judged, value: null, expected: null, low: null, high: null, samples: 0 };
    expect(verdictText(unknown, String)).toBe('not measured');
    const learning = { ...judged, expected: null, low: null, high: null, samples: 3 };
    expect(verdictText(learning, String)).toBe('44782 (3 values of the same weekday)');
  });
});

describe('what was learned', () => {
  const { monitors } = monitorsOf();
  const of = (more: Partial<typeof monitors.freshness>) =>
    monitorsOf({ monitors: { ...monitors, freshness: { ...monitors.freshness, ...more } } });

  it('is told without what was set in its place', () => {
    const set = of({ basis: 'declared', high: 7200, max_age: 'PT2H' });
    expect(learnedText(set, 'freshness')).toBe('usual 22 h 13 min');
    expect(learnedText(of({ expected: null }), 'freshness')).toBe('nothing yet');
  });
  it('is nothing where nothing was measured', () => {
    expect(learnedText(monitorsOf(), 'distribution')).toBe('nothing yet');
  });
});

it('anomalies of schemas count what broke', () => {
  const dropped = { kind: 'schema' as const, measure: 'dropped', column: 'cents' };
  expect(anomalyText(anomaly({ ...dropped, value: 1 }))).toBe('cents dropped');
  expect(anomalyText(anomaly({ ...dropped, value: 2 }))).toBe('cents dropped, and 1 other break');
});
