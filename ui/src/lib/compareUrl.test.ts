import { describe, expect, it } from 'vitest';
import { compareHref, compareState, missing, parseCompare, swapped, withSide } from './compareUrl';

const read = (href: string) => parseCompare(new URL(href, 'http://localhost').searchParams);

describe('addresses of comparisons', () => {
  it('hold both sides, and nothing that is at its default', () => {
    const state = compareState({
      left: { nodeId: 'dataset:n:a b', asOf: '2026-10-01T00:00:00Z' },
      right: { nodeId: 'dataset:n:b', environment: 'canary' },
      tolerance: 0.01,
      parts: ['schema', 'partitions'],
    });
    const href = compareHref(state);
    expect(href).toBe(
      '/compare?left=dataset%3An%3Aa%20b&left_as_of=2026-10-01T00%3A00%3A00Z&right=dataset%3An%3Ab&right_environment=canary&tolerance=0.01&parts=schema%2Cpartitions',
    );
    expect(read(href)).toEqual(state);
    expect(compareHref(compareState({}))).toBe('/compare');
  });
  it('that say nonsense are read as the default', () => {
    expect(read('/compare?tolerance=7&parts=colour')).toEqual(compareState({}));
  });
});

describe('sides', () => {
  it('say what is missing', () => {
    const left = { nodeId: 'dataset:n:a' };
    expect(missing(compareState({}))).toBe('left');
    expect(missing(compareState({ left }))).toBe('right');
    expect(missing(compareState({ left, right: left }))).toBe('right');
    expect(missing(compareState({ left, right: { nodeId: 'dataset:n:b' } }))).toBeNull();
    expect(missing(compareState({ left, right: { environment: 'canary' } }))).toBeNull();
    const asOf = '2026-10-01T00:00:00Z';
    expect(missing(compareState({ left: { ...left, asOf } }))).toBeNull();
  });
  it('have a moment or an environment, the later word counts', () => {
    const [side] = [compareState({}).left];
    const then = withSide({ ...side, environment: 'canary' }, { asOf: '2026-10-01T00:00:00Z' });
    expect(then).toMatchObject({ asOf: '2026-10-01T00:00:00Z', environment: null });
    expect(withSide(then, { environment: 'canary' })).toMatchObject({ asOf: null });
    expect(withSide(then, { nodeId: 'dataset:n:b' }).asOf).toBe('2026-10-01T00:00:00Z');
  });
  it('change places, and the same dataset stays the same', () => {
    const left = { nodeId: 'dataset:n:a', asOf: '2026-10-01T00:00:00Z' };
    const once = swapped(compareState({ left }));
    expect(once.left).toMatchObject({ nodeId: 'dataset:n:a', asOf: null });
    expect(once.right).toMatchObject(left);
  });
});
