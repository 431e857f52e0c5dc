import { expect, it } from 'vitest';
import { add, toggle } from './expansions';

const shown = new Set(['dataset:n:a', 'job:n:x|y']);

it('opens and closes', () => {
  const open = toggle([], shown, 'dataset:n:a', 'down');
  expect(open).toEqual(['dataset:n:a|down']);
  expect(toggle(open, shown, 'dataset:n:a', 'down')).toEqual([]);
});

it('forgets what hangs on nodes that are gone', () => {
  expect(toggle(['job:n:gone|up', 'job:n:x|y|up'], shown, 'dataset:n:a', 'up')).toEqual([
    'job:n:x|y|up',
    'dataset:n:a|up',
  ]);
});

it('adds nothing twice', () => {
  expect(add(['a|up'], ['a|up', 'b|down'])).toEqual(['a|up', 'b|down']);
});
