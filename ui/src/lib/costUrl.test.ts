import { describe, expect, it } from 'vitest';
import {
  costsHref,
  costState,
  earlierOf,
  filtered,
  intervalOf,
  latestOf,
  moved,
  outside,
  parseCosts,
  without,
} from './costUrl';

const read = (href: string) => parseCosts(new URL(href, 'http://x').searchParams);

describe('address', () => {
  it('is short where everything is as usual', () => {
    expect(costsHref()).toBe('/costs');
    expect(read('/costs')).toEqual(costState());
  });

  it('holds all of the state, whatever stands in a key', () => {
    const state = costState({
      tab: 'hot',
      measure: 'bytes_billed',
      by: ['tag', 'dataset', 'day'],
      path: ['a,b & c', 'dataset:n:x/ü?#'],
      shape: 'icicle',
      view: 'inherited',
      from: '2026-10-01T00:00:00Z',
      to: '2026-10-08T00:00:00Z',
      compare: 'other',
      compareFrom: '2026-09-01T00:00:00Z',
      compareTo: '2026-09-08T00:00:00Z',
      knownAt: '12',
      maxArcs: 1000,
      seriesBy: 'tag',
      period: 'week',
      of: 'dataset',
      version: 7,
      filters: { owner: '(no owner)', dataset: 'dataset:n:x/ü?#' },
    });
    expect(read(costsHref(state))).toEqual(state);
    const ninety = costState({ days: 90, compare: 'previous' });
    expect(read(costsHref(ninety))).toEqual(ninety);
  });

  it('takes nothing that makes no sense', () => {
    expect(read('/costs?by=owner,owner,nonsense&path=a&path=b&max=999999&days=0')).toEqual(
      costState({ by: ['owner'], path: ['a'], maxArcs: 20_000 }),
    );
    expect(read('/costs?by=nonsense&measure=gold').by).toEqual(['owner', 'job']);
  });
});

describe('interval', () => {
  const now = Date.parse('2026-10-31T13:00:00Z');

  it('ends with today and begins so many days before', () => {
    expect(intervalOf(costState({ days: 7 }), now)).toEqual({
      from: '2026-10-25T00:00:00Z',
      to: '2026-11-01T00:00:00Z',
    });
    expect(intervalOf(costState({ from: 'a', to: 'b' }), now)).toEqual({ from: 'a', to: 'b' });
  });

  it('is compared with the one before, or with the one that was chosen', () => {
    const interval = { from: '2026-10-25T00:00:00Z', to: '2026-11-01T00:00:00Z' };
    expect(earlierOf(costState(), interval)).toBeNull();
    expect(earlierOf(costState({ compare: 'previous' }), interval)).toEqual({
      from: '2026-10-18T00:00:00Z',
      to: '2026-10-25T00:00:00Z',
    });
    const other = costState({ compare: 'other', compareFrom: 'a', compareTo: 'b' });
    expect(earlierOf(other, interval)).toEqual({ from: 'a', to: 'b' });
    expect(earlierOf(costState({ compare: 'previous' }), { from: 'x', to: 'y' })).toBeNull();
  });
});

describe('dimensions', () => {
  const state = costState({ by: ['owner', 'job', 'day'], path: ['o', 'j'] });

  it('change places, and only the way up to there stays', () => {
    expect(moved(state, 'day', -1)).toEqual({ by: ['owner', 'day', 'job'], path: ['o'] });
    expect(moved(state, 'owner', 5)).toEqual({ by: ['job', 'day', 'owner'], path: [] });
    expect(moved(state, 'owner', -1)).toEqual({});
    expect(moved(state, 'tag', 1)).toEqual({});
  });

  it('are taken away, but for the last one', () => {
    expect(without(state, 'job')).toEqual({ by: ['owner', 'day'], path: ['o'] });
    expect(without(costState({ by: ['owner'] }), 'owner')).toEqual({});
  });
});

describe('filters', () => {
  it('begin the walk anew, and are taken away one by one', () => {
    const state = costState({ path: ['a'], filters: { tag: 'pii' } });
    expect(filtered(state, 'owner', 'team:x')).toEqual({
      filters: { tag: 'pii', owner: 'team:x' },
      path: [],
    });
    expect(filtered(state, 'tag', null)).toEqual({ filters: {}, path: [] });
  });
  it('that are empty are none', () => {
    expect(read('/costs?owner=&tag=pii').filters).toEqual({ tag: 'pii' });
  });
});

describe('the latest days that hold costs', () => {
  const booked = { from: '2026-08-26T03:00:00Z', to: '2026-10-05T06:09:08.5Z' };
  it('end with the day of the newest row', () => {
    expect(latestOf(booked, 30)).toEqual({
      from: '2026-09-06T00:00:00Z',
      to: '2026-10-06T00:00:00Z',
    });
  });
  it('are offered where nothing was booked at all', () => {
    const at = (from: string, to: string) => outside(booked, { from, to });
    expect(at('2026-10-29T00:00:00Z', '2026-11-28T00:00:00Z')).toBe(true);
    expect(at('2026-07-01T00:00:00Z', '2026-08-01T00:00:00Z')).toBe(true);
    expect(at('2026-10-05T00:00:00Z', '2026-11-28T00:00:00Z')).toBe(false);
    // A row at the end of an interval is not in it.
    expect(at('2026-08-01T00:00:00Z', booked.from)).toBe(true);
  });
});
