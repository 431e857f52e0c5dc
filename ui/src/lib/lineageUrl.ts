// The lineage page's whole state, as its address. What is at its default is left out, so that links
// stay short; parse(format(state)) is the same state.

export type Direction = 'both' | 'upstream' | 'downstream';
export type Panel = 'details' | 'runs' | 'impact' | 'none';
export type ImpactKind = 'data' | 'code' | 'job_retired' | 'dataset_deleted';

export interface LineageState {
  node: string; // the node in the middle
  depth: number; // in jobs
  direction: Direction;
  expand: string[]; // "NODEID|up" or "NODEID|down", in the order they were opened
  selected: string | null; // null: the node in the middle
  edge: { from: string; to: string } | null;
  panel: Panel;
  run: string | null; // shown instead of the list of runs
  kind: ImpactKind | null; // null: the first that suits the selected node
  hit: string | null; // the affected node whose path is shown
  maxNodes: number | null;
  asOf: string | null;
}

export const defaultDepth = 1;
export const defaultMaxNodes = 500;
export const mostNodes = 5000; // more the server does not lay out

export function lineageState(node: string, more: Partial<LineageState> = {}): LineageState {
  return {
    node,
    depth: defaultDepth,
    direction: 'both',
    expand: [],
    selected: null,
    edge: null,
    panel: 'details',
    run: null,
    kind: null,
    hit: null,
    maxNodes: null,
    asOf: null,
    ...more,
  };
}

function oneOf<T extends string>(value: string | null, allowed: readonly T[], otherwise: T): T {
  return allowed.find((a) => a === value) ?? otherwise;
}

function positive(value: string | null): number | null {
  const n = Number(value);
  return value !== null && Number.isInteger(n) && n >= 0 ? n : null;
}

export function parseLineage(node: string, query: URLSearchParams): LineageState {
  const from = query.get('from');
  const to = query.get('to');
  return lineageState(node, {
    depth: positive(query.get('depth')) ?? defaultDepth,
    direction: oneOf(query.get('dir'), ['both', 'upstream', 'downstream'] as const, 'both'),
    expand: query.getAll('x').filter((x) => /\|(up|down)$/.test(x)),
    selected: query.get('sel'),
    edge: from !== null && to !== null ? { from, to } : null,
    panel: oneOf(query.get('panel'), ['details', 'runs', 'impact', 'none'] as const, 'details'),
    run: query.get('run'),
    kind: query.has('kind')
      ? oneOf(
          query.get('kind'),
          ['data', 'code', 'job_retired', 'dataset_deleted'] as const,
          'data',
        )
      : null,
    hit: query.get('hit'),
    maxNodes: positive(query.get('max')),
    asOf: query.get('as_of'),
  });
}

export function formatLineage(state: LineageState): string {
  const query: [string, string][] = [];
  if (state.depth !== defaultDepth) query.push(['depth', String(state.depth)]);
  if (state.direction !== 'both') query.push(['dir', state.direction]);
  for (const x of state.expand) query.push(['x', x]);
  if (state.selected !== null && state.selected !== state.node) query.push(['sel', state.selected]);
  if (state.edge) query.push(['from', state.edge.from], ['to', state.edge.to]);
  if (state.panel !== 'details') query.push(['panel', state.panel]);
  if (state.run !== null) query.push(['run', state.run]);
  if (state.kind !== null) query.push(['kind', state.kind]);
  if (state.hit !== null) query.push(['hit', state.hit]);
  if (state.maxNodes !== null) query.push(['max', String(state.maxNodes)]);
  if (state.asOf !== null) query.push(['as_of', state.asOf]);
  const text = query.map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&');
  const path = `/lineage/${encodeURIComponent(state.node)}`;
  return text === '' ? path : `${path}?${text}`;
}

export function lineageHref(node: string, more: Partial<LineageState> = {}): string {
  return formatLineage(lineageState(node, more));
}
