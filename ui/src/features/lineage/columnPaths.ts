// From which columns a column comes and into which it goes, within the picture, and how surely.
// Plain functions, no view library. O(columns + edges).
import type { ColumnLayout } from './useLayout';

export type ColumnEdge = ColumnLayout['edges'][number];
export type ColumnCard = ColumnLayout['nodes'][number];
export type ColumnRow = ColumnCard['columns'][number];

export type Certainty = 'direct' | 'indirect' | 'assumed';

export interface Reached {
  way: 'self' | 'up' | 'down';
  certainty: Certainty; // of the weakest step of the surest path
  masked: boolean; // no path leads there that masks nothing
}

export interface ColumnPaths {
  columns: ReadonlyMap<string, Reached>; // field id ->
  edges: ReadonlyMap<string, 'up' | 'down'>; // edge id ->
  cards: ReadonlySet<string>; // dataset ids with a column on the path, or reached as a whole
}

export const noPaths: ColumnPaths = { columns: new Map(), edges: new Map(), cards: new Set() };

const certainties: readonly Certainty[] = ['direct', 'indirect', 'assumed'];

export function certaintyOf(edge: Pick<ColumnEdge, 'kind' | 'assumed'>): Certainty {
  if (edge.assumed) return 'assumed';
  return edge.kind === 'INDIRECT' ? 'indirect' : 'direct';
}

interface Index {
  cardOf: Map<string, string>;
  columnsOf: Map<string, string[]>;
  kinOf: Map<string, string[]>; // nested fields: those above and below a field
  edgesFrom: Map<string, ColumnEdge[]>;
  edgesTo: Map<string, ColumnEdge[]>;
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

// An edge may end at a column that has no row; its id says whose it is.
function addHidden(index: Index, names: Map<string, string>, cards: readonly string[]): void {
  const prefixes = cards
    .map((card) => ({ card, prefix: `datasetField:${card.slice(card.indexOf(':') + 1)}:` }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  for (const id of [...index.edgesFrom.keys(), ...index.edgesTo.keys()]) {
    if (index.cardOf.has(id) || index.columnsOf.has(id)) continue;
    const owner = prefixes.find(({ prefix }) => id.startsWith(prefix));
    if (!owner) continue;
    index.cardOf.set(id, owner.card);
    put(index.columnsOf, owner.card, id);
    names.set(id, id.slice(owner.prefix.length));
  }
}

// What happens to a struct happens to all in it; who reads it reads all of it.
function addKin(index: Index, names: ReadonlyMap<string, string>): void {
  for (const columns of index.columnsOf.values()) {
    const byName = new Map(columns.map((id) => [names.get(id) ?? '', id]));
    for (const [name, id] of byName) {
      for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
        const above = byName.get(name.slice(0, dot));
        if (above === undefined) continue;
        put(index.kinOf, id, above);
        put(index.kinOf, above, id);
      }
    }
  }
}

function indexOf(layout: Pick<ColumnLayout, 'nodes' | 'edges'>): Index {
  const index: Index = {
    cardOf: new Map(),
    columnsOf: new Map(),
    kinOf: new Map(),
    edgesFrom: new Map(),
    edgesTo: new Map(),
  };
  const names = new Map<string, string>();
  for (const card of layout.nodes) {
    index.columnsOf.set(card.id, []);
    for (const column of card.columns) {
      index.cardOf.set(column.id, card.id);
      put(index.columnsOf, card.id, column.id);
      names.set(column.id, column.name);
    }
  }
  for (const edge of layout.edges) {
    put(index.edgesFrom, edge.source, edge);
    put(index.edgesTo, edge.target, edge);
  }
  addHidden(
    index,
    names,
    layout.nodes.map((card) => card.id),
  );
  addKin(index, names);
  return index;
}

interface Walk {
  best: Map<string, number>; // field or dataset id -> index into certainties
  edges: Set<string>;
}

// The surest way to everything: all that direct steps reach, then what indirect ones add, then what
// is only assumed. An edge at a dataset concerns each of its columns.
function walk(index: Index, start: readonly string[], way: 'up' | 'down', unmasked: boolean): Walk {
  const adjacent = way === 'down' ? index.edgesFrom : index.edgesTo;
  const best = new Map<string, number>();
  const edges = new Set<string>();
  const passed = new Set<string>(); // fields and datasets whose edges were followed
  const waiting: string[][] = [[...start], [], []];
  const follow = (from: string, level: number) => {
    for (const edge of adjacent.get(from) ?? []) {
      if (unmasked && edge.masked) continue;
      edges.add(edge.id);
      const step = Math.max(level, certainties.indexOf(certaintyOf(edge)));
      const end = way === 'down' ? edge.target : edge.source;
      waiting[step]?.push(end, ...(index.columnsOf.get(end) ?? []));
    }
  };
  for (let level = 0; level < waiting.length; level++) {
    const queue = waiting[level] ?? [];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (best.has(id)) continue;
      best.set(id, level);
      for (const end of [id, ...(index.kinOf.get(id) ?? []), index.cardOf.get(id) ?? id]) {
        if (passed.has(end)) continue;
        passed.add(end);
        follow(end, level);
      }
    }
  }
  return { best, edges };
}

// `of` is a field, or a dataset for all its fields.
export function columnPaths(
  layout: Pick<ColumnLayout, 'nodes' | 'edges'>,
  of: string,
): ColumnPaths {
  const index = indexOf(layout);
  const own = index.columnsOf.get(of);
  if (!own && !index.cardOf.has(of)) return noPaths;
  const start = [of, ...(own ?? [])];
  const columns = new Map<string, Reached>();
  const edges = new Map<string, 'up' | 'down'>();
  const cards = new Set<string>();
  for (const way of ['up', 'down'] as const) {
    const all = walk(index, start, way, false);
    const open = walk(index, start, way, true);
    for (const edge of all.edges) edges.set(edge, way);
    for (const [id, level] of all.best) {
      const card = index.cardOf.get(id) ?? id;
      cards.add(card);
      if (id === card) continue;
      const certainty = certainties[level] ?? 'assumed';
      columns.set(id, { way, certainty, masked: !open.best.has(id) });
    }
  }
  for (const id of own ?? [of])
    columns.set(id, { way: 'self', certainty: 'direct', masked: false });
  return { columns, edges, cards };
}

export interface ColumnLink {
  column: string; // a field id, or a dataset id where only that is known
  edge: ColumnEdge;
}

// The next columns on each side: what the panel lists.
export function linksOf(
  layout: Pick<ColumnLayout, 'nodes' | 'edges'>,
  field: string,
): { from: ColumnLink[]; into: ColumnLink[] } {
  const card = layout.nodes.find((n) => n.columns.some((c) => c.id === field))?.id;
  const mine = (end: string) => end === field || end === card;
  return {
    from: layout.edges.filter((e) => mine(e.target)).map((edge) => ({ column: edge.source, edge })),
    into: layout.edges.filter((e) => mine(e.source)).map((edge) => ({ column: edge.target, edge })),
  };
}

// "aggregation, masked", for people.
export function howText(edge: Pick<ColumnEdge, 'kind' | 'assumed' | 'transformations'>): string {
  if (edge.assumed) return 'assumed';
  const words = edge.transformations.map((t) => (t.subtype ?? t.type).toLowerCase());
  const unique = [...new Set(words.filter((w) => w !== ''))].join(', ') || edge.kind.toLowerCase();
  return edge.kind === 'INDIRECT' && !words.includes('indirect') ? `${unique} (indirect)` : unique;
}
