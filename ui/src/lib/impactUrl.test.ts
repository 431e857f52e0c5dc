import { describe, expect, it } from 'vitest';
import { changeOf, draftOf, hasFilters, impactHref, impactState, parseImpact } from './impactUrl';

const back = (href: string) => parseImpact(new URL(href, 'http://localhost').searchParams);

describe('the address of a what-if question', () => {
  it('holds the whole question', () => {
    const state = impactState({
      changes: [
        { ...draftOf('column_renamed', 'dataset:a|b:c%d'), column: 'x|y', to: 'z & w' },
        { ...draftOf('dataset_late', 'dataset:a:b'), until: '2026-10-03T09:00:00Z' },
        draftOf('code', 'job:日本:売上 😀'),
      ],
      severity: ['breaking', 'recompute'],
      types: ['JOB'],
      namespaces: ['s3://b', 'a,b'],
      owners: ['team:x'],
      maxDistance: 3,
      assumed: false,
      groupBy: 'owner',
      open: 'job:a:b',
      maxNodes: 5,
      asOf: '2026-10-03T00:00:00Z',
      knownAt: '7',
    });
    expect(back(impactHref(state))).toEqual(state);
    expect(hasFilters(state)).toBe(true);
  });

  it('is short when nothing is asked', () => {
    expect(impactHref({})).toBe('/impact');
    expect(back('/impact?change=nonsense&change=data%7C%25zz&severity=x&assumed=maybe')).toEqual(
      impactState(),
    );
    expect(hasFilters(impactState())).toBe(false);
  });
});

describe('a change', () => {
  const node = 'dataset:a:b';

  it('is asked once all that its kind needs is there', () => {
    expect(changeOf(draftOf('data', node))).toEqual({ kind: 'data', nodeId: node });
    expect(changeOf(draftOf('data', ''))).toBeNull();
    expect(changeOf(draftOf('column_dropped', node))).toBeNull();
    expect(changeOf({ ...draftOf('column_renamed', node), column: 'x' })).toBeNull();
    expect(changeOf(draftOf('dataset_late', node))).toBeNull();
  });

  it('carries only what its kind needs', () => {
    const draft = { ...draftOf('column_dropped', node), column: 'x', to: 'y', until: 'z' };
    expect(changeOf(draft)).toEqual({ kind: 'column_dropped', nodeId: node, column: 'x' });
    expect(changeOf({ ...draft, kind: 'column_retyped', to: null })).toEqual({
      kind: 'column_retyped',
      nodeId: node,
      column: 'x',
    });
  });
});
