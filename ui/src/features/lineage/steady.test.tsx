import { renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';
import { layoutOf, node } from './fixtures';
import type { Layout } from './geometry';
import { shifted } from './geometry';
import { useSteady } from './graphHooks';

const place = (layout: Layout, id: string) => {
  const found = layout.nodes.find((n) => n.id === id);
  return found && [found.x, found.y];
};

function steady(first: Layout, anchor: string) {
  return renderHook(({ layout }) => useSteady(layout, anchor, shifted), {
    initialProps: { layout: first },
  });
}

const before = layoutOf([node('dataset:n:a', 0, 0), node('job:n:j', 300, 40)], []);

it('keeps what was there in its place when time moves the picture', () => {
  const { result, rerender } = steady(before, 'dataset:n:a');
  const later = layoutOf(
    [node('dataset:n:a', 500, 100), node('job:n:j', 800, 100), node('dataset:n:new', 0, 0)],
    [['dataset:n:a', 'job:n:j']],
  );
  rerender({ layout: later });
  expect(place(result.current, 'dataset:n:a')).toEqual([0, 0]);
  expect(place(result.current, 'job:n:j')).toEqual([300, 0]);
  expect(place(result.current, 'dataset:n:new')).toEqual([-500, -100]);
  expect(result.current.edges[0]?.points[0]).toEqual([-500, -100]);
});

it('holds on to what remains when the anchor is gone', () => {
  const { result, rerender } = steady(before, 'job:n:gone');
  const later = { ...layoutOf([node('job:n:j', 0, 0)], []), root: before.root };
  rerender({ layout: later });
  expect(place(result.current, 'job:n:j')).toEqual([300, 40]);
});

it('starts anew around another middle', () => {
  const { result, rerender } = steady(before, 'dataset:n:a');
  const other = layoutOf([node('job:n:j', 7, 7), node('dataset:n:a', 90, 90)], []);
  rerender({ layout: other });
  expect(result.current).toBe(other);
});
