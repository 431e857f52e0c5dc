import { describe, expect, it } from 'vitest';
import { layoutOf, node } from './fixtures';
import { edgeBounds, edgePath, edgesInSight, inSight, layoutBounds, neighbour } from './geometry';

describe('edgePath', () => {
  it('is a straight line at one height', () => {
    expect(
      edgePath([
        [0, 5],
        [10, 5],
      ]),
    ).toBe('M0 5H10');
  });
  it('bends between heights, horizontal at both ends', () => {
    expect(
      edgePath([
        [0, 0],
        [10, 20],
      ]),
    ).toBe('M0 0C5 0 5 20 10 20');
  });
  it('goes through every point', () => {
    expect(
      edgePath([
        [0, 0],
        [10, 20],
        [30, 20],
      ]),
    ).toBe('M0 0C5 0 5 20 10 20H30');
  });
  it('is empty without points', () => {
    expect(edgePath([])).toBe('');
  });
});

it('finds bounds', () => {
  expect(
    edgeBounds([
      [5, 1],
      [-2, 8],
    ]),
  ).toEqual({ x: -2, y: 1, width: 7, height: 7 });
  expect(layoutBounds({ nodes: [] })).toEqual({ x: 0, y: 0, width: 0, height: 0 });
});

describe('culling', () => {
  const nodes = Array.from({ length: 500 }, (_, i) =>
    node(`dataset:n:${i}`, (i % 25) * 300, Math.floor(i / 25) * 80),
  );
  it('keeps only what is in sight', () => {
    const seen = inSight(nodes, { x: 0, y: 0, width: 1000, height: 600 }, new Set());
    expect(seen.length).toBe(4 * 8);
  });
  it('keeps what must stay', () => {
    const far = nodes[499]!.id;
    const seen = inSight(nodes, { x: 0, y: 0, width: 10, height: 10 }, new Set([far]));
    expect(seen.map((n) => n.id)).toContain(far);
  });
  it('keeps an edge that only passes through', () => {
    const edge = {
      id: 'e',
      source: 'a',
      target: 'b',
      kind: 'reads' as const,
      points: [
        [-500, 50],
        [5000, 50],
      ] as [number, number][],
      back: false,
    };
    const rect = { x: 0, y: 0, width: 100, height: 100 };
    expect(edgesInSight([{ edge, bounds: edgeBounds(edge.points) }], rect)).toEqual([edge]);
  });
});

describe('neighbour', () => {
  const layout = layoutOf(
    [
      node('dataset:n:a', 0, 0),
      node('dataset:n:b', 0, 100),
      node('job:n:j', 300, 200),
      node('job:n:k', 300, 0),
    ],
    [['dataset:n:a', 'job:n:j']],
  );
  const from = (id: string) => layout.nodes.find((n) => n.id === id)!;
  it('follows an edge before nearness', () => {
    expect(neighbour(layout, from('dataset:n:a'), 'ArrowRight')?.id).toBe('job:n:j');
    expect(neighbour(layout, from('job:n:j'), 'ArrowLeft')?.id).toBe('dataset:n:a');
  });
  it('takes the nearest where no edge leads', () => {
    expect(neighbour(layout, from('dataset:n:b'), 'ArrowRight')?.id).toBe('job:n:j');
    expect(neighbour(layout, from('dataset:n:a'), 'ArrowDown')?.id).toBe('dataset:n:b');
  });
  it('stays at the border', () => {
    expect(neighbour(layout, from('dataset:n:a'), 'ArrowLeft')).toBeUndefined();
  });
});
