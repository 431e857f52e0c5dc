// Shapes of the picture: lines, what of it is in sight, and which node lies in which direction.
// Plain maths, no view library.
import type { Schemas } from '../../api/client';
import type { Rect } from './viewport';
import { intersects } from './viewport';

export type LayoutNode = Schemas['LayoutNode'];
export type LayoutEdge = Schemas['LayoutEdge'];
export type Layout = Schemas['LineageLayout'];

// The same picture, elsewhere.
export function shifted(layout: Layout, dx: number, dy: number): Layout {
  if (dx === 0 && dy === 0) return layout;
  return {
    ...layout,
    nodes: layout.nodes.map((n) => ({ ...n, x: n.x + dx, y: n.y + dy })),
    edges: layout.edges.map((e) => ({ ...e, points: shiftedPoints(e.points, dx, dy) })),
  };
}

export function shiftedPoints(
  points: readonly (readonly number[])[],
  dx: number,
  dy: number,
): [number, number][] {
  return points.map(([x = 0, y = 0]) => [x + dx, y + dy]);
}

const round = (n: number) => Math.round(n * 10) / 10;

// A line that leaves and enters each point horizontally, as a stream does between two banks.
export function edgePath(points: readonly (readonly number[])[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let [x, y] = [first[0] ?? 0, first[1] ?? 0];
  let path = `M${round(x)} ${round(y)}`;
  for (const point of rest) {
    const [nextX, nextY] = [point[0] ?? 0, point[1] ?? 0];
    if (nextY === y) path += `H${round(nextX)}`;
    else {
      const middle = (x + nextX) / 2;
      path += `C${round(middle)} ${round(y)} ${round(middle)} ${round(nextY)} ${round(nextX)} ${round(nextY)}`;
    }
    [x, y] = [nextX, nextY];
  }
  return path;
}

// A point in the middle of the longest stretch, where a sign on the line can be seen.
export function middleOf(points: readonly (readonly number[])[]): { x: number; y: number } {
  let best = { x: points[0]?.[0] ?? 0, y: points[0]?.[1] ?? 0 };
  let longest = -1;
  for (let i = 1; i < points.length; i++) {
    const [x0 = 0, y0 = 0] = points[i - 1] ?? [];
    const [x1 = 0, y1 = 0] = points[i] ?? [];
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length > longest) [best, longest] = [{ x: (x0 + x1) / 2, y: (y0 + y1) / 2 }, length];
  }
  return best;
}

export function edgeBounds(points: readonly (readonly number[])[]): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x = 0, y = 0] of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return points.length === 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}

export function layoutBounds(layout: { nodes: readonly Rect[] }): Rect {
  return edgeBounds(
    layout.nodes.flatMap((n) => [
      [n.x, n.y],
      [n.x + n.width, n.y + n.height],
    ]),
  );
}

// Only what is in sight is drawn. `always` are nodes that stay (the focused one keeps its focus).
export function inSight<N extends Rect & { id: string }>(
  nodes: readonly N[],
  rect: Rect,
  always: ReadonlySet<string>,
): N[] {
  return nodes.filter((n) => always.has(n.id) || intersects(n, rect));
}

export function edgesInSight<E>(edges: readonly { edge: E; bounds: Rect }[], rect: Rect): E[] {
  return edges.filter((e) => intersects(e.bounds, rect)).map((e) => e.edge);
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

// Where the arrow leads: left and right follow an edge if there is one, else (and up and down
// always) the nearest node in that direction.
export function neighbour<N extends Rect & { id: string }>(
  layout: { nodes: readonly N[]; edges: readonly { source: string; target: string }[] },
  from: N,
  arrow: Arrow,
): N | undefined {
  const center = (n: Rect) => [n.x + n.width / 2, n.y + n.height / 2] as const;
  const [x, y] = center(from);
  const sign = arrow === 'ArrowLeft' || arrow === 'ArrowUp' ? -1 : 1;
  const along = arrow === 'ArrowLeft' || arrow === 'ArrowRight';
  const cost = (n: N) => {
    const [nx, ny] = center(n);
    const ahead = sign * (along ? nx - x : ny - y);
    const aside = Math.abs(along ? ny - y : nx - x);
    return ahead <= 1 ? Infinity : ahead + 2 * aside;
  };
  const linked = new Set(
    layout.edges.flatMap((e) => {
      if (arrow === 'ArrowRight') return e.source === from.id ? [e.target] : [];
      if (arrow === 'ArrowLeft') return e.target === from.id ? [e.source] : [];
      return [];
    }),
  );
  const best = (candidates: readonly N[]) => {
    let found: N | undefined;
    let least = Infinity;
    for (const n of candidates) {
      const c = n.id === from.id ? Infinity : cost(n);
      if (c < least) [found, least] = [n, c];
    }
    return found;
  };
  return best(layout.nodes.filter((n) => linked.has(n.id))) ?? best(layout.nodes);
}
