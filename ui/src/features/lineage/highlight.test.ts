import { describe, expect, it } from 'vitest';
import { layoutOf, node } from './fixtures';
import { along, around, expansionsFor } from './highlight';

const ids = ['dataset:n:a', 'job:n:j', 'dataset:n:b', 'job:n:k', 'dataset:n:c', 'dataset:n:other'];
const chain = layoutOf(
  ids.map((id, i) => node(id, i * 300, 0)),
  [
    ['dataset:n:a', 'job:n:j'],
    ['job:n:j', 'dataset:n:b'],
    ['dataset:n:b', 'job:n:k'],
    ['job:n:k', 'dataset:n:c'],
    ['dataset:n:other', 'job:n:k'],
  ],
);

describe('around', () => {
  it('finds both directions and not the siblings', () => {
    const h = around(chain, 'dataset:n:b');
    expect([...h.up].sort()).toEqual(['dataset:n:a', 'job:n:j']);
    expect([...h.down].sort()).toEqual(['dataset:n:c', 'job:n:k']);
    expect(h.edges.get('dataset:n:a>job:n:j')).toBe('up');
    expect(h.edges.get('job:n:k>dataset:n:c')).toBe('down');
    expect(h.edges.has('dataset:n:other>job:n:k')).toBe(false);
  });

  it('ends in a cycle', () => {
    const loop = layoutOf(chain.nodes, [
      ['dataset:n:a', 'job:n:j'],
      ['job:n:j', 'dataset:n:a'],
    ]);
    expect([...around(loop, 'dataset:n:a').down]).toEqual(['job:n:j']);
  });

  it('does not pass data on to an output that lists its own sources', () => {
    const scoped = layoutOf(chain.nodes, [
      ['dataset:n:a', 'job:n:j'],
      ['dataset:n:b', 'job:n:j'],
      ['job:n:j', 'dataset:n:c', 'writes_scoped'],
      ['dataset:n:b', 'dataset:n:c', 'flow'],
    ]);
    expect([...around(scoped, 'dataset:n:a').down]).toEqual(['job:n:j']);
    expect([...around(scoped, 'dataset:n:b').down].sort()).toEqual(['dataset:n:c', 'job:n:j']);
    expect([...around(scoped, 'dataset:n:c').up].sort()).toEqual(['dataset:n:b', 'job:n:j']);
    expect([...around(scoped, 'job:n:j').down]).toEqual(['dataset:n:c']);
  });
});

describe('a path', () => {
  const steps = [
    { from: 'dataset:n:a', to: 'job:n:j' },
    { from: 'job:n:j', to: 'dataset:n:b' },
  ];
  it('marks its nodes and edges', () => {
    const h = along(chain, steps);
    expect([...h.path]).toEqual(['dataset:n:a', 'job:n:j', 'dataset:n:b']);
    expect([...h.edges.keys()]).toEqual(['dataset:n:a>job:n:j', 'job:n:j>dataset:n:b']);
  });
  it('asks for the steps that are not in the picture', () => {
    const small = layoutOf([node('dataset:n:a', 0, 0)], []);
    expect(expansionsFor(small, steps)).toEqual(['dataset:n:a|down', 'job:n:j|down']);
    expect(expansionsFor(chain, steps)).toEqual([]);
  });
});
