// What lies up and down stream of a node within the picture, and a given path in it.
// Plain functions, no view library. O(nodes + edges).
import type { Layout, LayoutEdge } from './geometry';

export interface Highlight {
  up: ReadonlySet<string>; // node ids
  down: ReadonlySet<string>;
  edges: ReadonlyMap<string, 'up' | 'down' | 'path'>; // edge id -> how
  path: ReadonlySet<string>; // node ids
}

export const noHighlight: Highlight = {
  up: new Set(),
  down: new Set(),
  edges: new Map(),
  path: new Set(),
};

const isJob = (id: string) => id.startsWith('job:');

// A job passes data from its inputs to its outputs, except to an output whose sources are listed
// one by one (writes_scoped): such an output is reached by its own flow edges only.
function walk(
  start: string,
  edgesOf: ReadonlyMap<string, LayoutEdge[]>,
  way: 'up' | 'down',
): { nodes: Set<string>; edges: Set<string> } {
  const nodes = new Set<string>();
  const edges = new Set<string>();
  // A node may be met twice: once where only scoped data came, once with all.
  const met = new Set<string>([`${start} all`]);
  const queue: { id: string; scopedOnly: boolean }[] = [{ id: start, scopedOnly: false }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    for (const edge of edgesOf.get(next.id) ?? []) {
      const scoped = edge.kind === 'writes_scoped';
      if (way === 'down' && scoped && next.id !== start) continue;
      if (way === 'up' && next.scopedOnly && edge.kind === 'reads') continue;
      const to = way === 'down' ? edge.target : edge.source;
      edges.add(edge.id);
      nodes.add(to);
      const scopedOnly = way === 'up' && scoped && isJob(to);
      const mark = `${to} ${scopedOnly ? 'scoped' : 'all'}`;
      if (met.has(mark)) continue;
      met.add(mark);
      queue.push({ id: to, scopedOnly });
    }
  }
  nodes.delete(start);
  return { nodes, edges };
}

function adjacency(layout: Layout, end: 'source' | 'target'): Map<string, LayoutEdge[]> {
  const map = new Map<string, LayoutEdge[]>();
  for (const edge of layout.edges) {
    const list = map.get(edge[end]);
    if (list) list.push(edge);
    else map.set(edge[end], [edge]);
  }
  return map;
}

export function around(layout: Layout, id: string): Highlight {
  const up = walk(id, adjacency(layout, 'target'), 'up');
  const down = walk(id, adjacency(layout, 'source'), 'down');
  const edges = new Map<string, 'up' | 'down'>();
  for (const e of up.edges) edges.set(e, 'up');
  for (const e of down.edges) edges.set(e, 'down');
  return { up: up.nodes, down: down.nodes, edges, path: new Set() };
}

export interface Step {
  from: string;
  to: string;
}

export function along(layout: Layout, steps: readonly Step[]): Highlight {
  const wanted = new Set(steps.map((s) => `${s.from}\n${s.to}`));
  const edges = new Map<string, 'path'>();
  for (const edge of layout.edges) {
    if (wanted.has(`${edge.source}\n${edge.target}`)) edges.set(edge.id, 'path');
  }
  return { ...noHighlight, edges, path: new Set(steps.flatMap((s) => [s.from, s.to])) };
}

// The expansions that bring a path into the picture: one for each step that leads out of it.
export function expansionsFor(layout: Layout, steps: readonly Step[]): string[] {
  const shown = new Set(layout.nodes.map((n) => n.id));
  const result: string[] = [];
  for (const step of steps) {
    if (shown.has(step.to)) continue;
    result.push(`${step.from}|down`);
    shown.add(step.to);
  }
  return result;
}

// The same for a path that ends in the picture and comes from outside it.
export function expansionsBack(layout: Layout, steps: readonly Step[]): string[] {
  const shown = new Set(layout.nodes.map((n) => n.id));
  const result: string[] = [];
  for (const step of steps.toReversed()) {
    if (shown.has(step.from)) continue;
    result.push(`${step.to}|up`);
    shown.add(step.from);
  }
  return result;
}
