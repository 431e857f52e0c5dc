import { describe, expect, it } from 'vitest';
import { monitorsOf } from '../test/qualitySamples';
import {
  ageWrong,
  allLearned,
  changedOf,
  draftsOf,
  isLearned,
  isWrong,
  learned,
} from './monitorDraft';

const { freshness, ...others } = monitorsOf().monitors;
const before = draftsOf(
  monitorsOf({ monitors: { ...others, freshness: { ...freshness, max_age: 'P1DT12H' } } }),
);

describe('settings that are edited', () => {
  it('begin with what is set, in the largest unit that is whole', () => {
    expect(before.freshness).toEqual({ enabled: true, sensitivity: '5', age: '36', unit: 'hours' });
    expect(before.distribution.enabled).toBe(false);
  });
  it('send only the monitors that were changed, each whole', () => {
    const after = {
      ...before,
      freshness: { ...before.freshness, age: '1.5', unit: 'days' as const },
      volume: { ...before.volume, sensitivity: '8' },
    };
    expect(changedOf(before, after)).toEqual({ volume: { enabled: true, sensitivity: 8 } });
    expect(changedOf(before, { ...before, freshness: learned })).toEqual({
      freshness: { enabled: true, sensitivity: 5 },
    });
  });
  it('are learned again where all is at its default', () => {
    expect([before.freshness, before.volume, before.distribution].map(isLearned)).toEqual([
      false,
      true,
      false,
    ]);
    expect(Object.keys(allLearned)).toEqual(['freshness', 'volume', 'schema', 'distribution']);
  });
  it('say what is wrong with them', () => {
    expect(isWrong('volume', { ...learned, sensitivity: '' })).toBe(true);
    expect(isWrong('volume', { ...learned, sensitivity: '0.5' })).toBe(true);
    expect(isWrong('volume', { ...learned, sensitivity: '100' })).toBe(false);
    // A break of the schema has no sensitivity, and a volume no age.
    expect(isWrong('schema', { ...learned, sensitivity: '' })).toBe(false);
    expect(isWrong('volume', { ...learned, age: '-1' })).toBe(false);
    const ages = ['', '0', '-1', 'x', '3660', '3661'];
    expect(ages.map((age) => ageWrong({ ...learned, age, unit: 'days' }))).toEqual([
      false,
      true,
      true,
      true,
      false,
      true,
    ]);
  });
});
