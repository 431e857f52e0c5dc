import { describe, expect, it } from 'vitest';
import type { LineageState } from './lineageUrl';
import {
  clocksOf,
  comparison,
  formatLineage,
  lineageHref,
  lineageState,
  parseLineage,
} from './lineageUrl';
import { segments } from './router';

function roundTrip(state: LineageState): LineageState {
  const url = new URL(formatLineage(state), 'http://localhost');
  return parseLineage(segments(url.pathname)[1] ?? '', url.searchParams);
}

describe('the address of a lineage page', () => {
  it('is only the node when everything is at its default', () => {
    expect(lineageHref('job:shop:orders')).toBe('/lineage/job%3Ashop%3Aorders');
  });

  it('holds the whole state', () => {
    const state = lineageState('dataset:a:b', {
      depth: 3,
      direction: 'upstream',
      expand: ['dataset:a:b|down', 'job:a:c|up'],
      selected: 'job:a:c',
      edge: { from: 'dataset:a:b', to: 'job:a:c' },
      level: 'column',
      column: 'datasetField:a:b:c.d',
      maxColumns: 200,
      panel: 'impact',
      run: 'run 1',
      kind: 'column_renamed',
      changeColumn: 'c&d',
      changeTo: 'é=1',
      until: '2026-10-02T00:00:00Z',
      severity: 'degraded',
      hit: 'dataset:x:y',
      at: '2026-10-03T00:00:00Z',
      window: 'P7D',
      cause: 3,
      profile: 'amount',
      maxNodes: 1000,
      asOf: '2026-10-01T00:00:00Z',
      knownAt: '77',
      compareTo: '2026-09-01T00:00:00Z',
    });
    expect(roundTrip(state)).toEqual(state);
  });

  it.each(['a/b', 'a%2Fb', '100% & more', 'x:y://z', 'Übersicht 表 😀', 'a|up', 'q?x=1#y', '+ +'])(
    'survives the name %s',
    (name) => {
      const id = `dataset:ns:${name}`;
      const state = lineageState(id, { expand: [`${id}|up`], selected: `${id}2`, hit: id });
      expect(roundTrip(state)).toEqual(state);
    },
  );

  it('falls back to defaults on nonsense', () => {
    const query = new URLSearchParams('depth=-1&dir=sideways&panel=x&x=nothing&max=many');
    expect(parseLineage('job:a:b', query)).toEqual(lineageState('job:a:b'));
  });

  it('reads "then" as the moment shown', () => {
    const then = { asOf: '2026-10-01T00:00:00Z', knownAt: 'then' };
    expect(clocksOf(then)).toEqual({ asOf: then.asOf, knownAt: then.asOf });
    expect(clocksOf({ asOf: null, knownAt: 'then' })).toEqual({ asOf: null, knownAt: null });
    expect(clocksOf({ asOf: then.asOf, knownAt: '7' }).knownAt).toBe('7');
  });

  it('compares as time ran', () => {
    const [early, late] = ['2026-10-01T00:00:00Z', '2026-10-02T00:00:00.5Z'];
    const forward = { from: early, to: late };
    expect(comparison({ asOf: late, compareTo: early })).toEqual(forward);
    expect(comparison({ asOf: early, compareTo: late })).toEqual(forward);
    expect(comparison({ asOf: null, compareTo: late })).toEqual({ from: late, to: null });
    expect(comparison({ asOf: early, compareTo: null })).toBeNull();
  });
});
