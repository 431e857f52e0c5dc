// The lineage page's whole state, as its address. What is at its default is left out, so that links
// stay short; parse(format(state)) is the same state.

export type Direction = 'both' | 'upstream' | 'downstream';
export type Level = 'table' | 'column';
export type Panel = 'details' | 'runs' | 'partitions' | 'impact' | 'cause' | 'changes' | 'none';
export type ImpactKind =
  | 'data'
  | 'code'
  | 'job_retired'
  | 'dataset_deleted'
  | 'dataset_late'
  | 'column_dropped'
  | 'column_renamed'
  | 'column_retyped'
  | 'column_added';

export type Severity = 'breaking' | 'degraded' | 'recompute';
export const severities: readonly Severity[] = ['breaking', 'degraded', 'recompute'];

export interface LineageState {
  node: string; // the node in the middle
  depth: number; // in jobs
  direction: Direction;
  level: Level;
  column: string | null; // the field whose path is shown
  maxColumns: number | null; // drawn per dataset
  expand: string[]; // "NODEID|up" or "NODEID|down", in the order they were opened
  selected: string | null; // null: the node in the middle
  edge: { from: string; to: string } | null;
  panel: Panel;
  run: string | null; // shown instead of the list of runs
  kind: ImpactKind | null; // null: the first that suits the selected node
  changeColumn: string | null; // which column a change of kind column_* is about
  changeTo: string | null; // its new name or type
  until: string | null; // until when a dataset is late
  severity: Severity | null; // only affected nodes of this severity
  hit: string | null; // the affected node whose path is shown
  at: string | null; // the moment at which something was wrong; null: the moment shown
  window: string | null; // how far back causes are looked for, an ISO 8601 duration
  cause: number | null; // rank of the cause whose path is shown
  profile: string | null; // the column whose profile is shown; empty: the first, and the page begins there
  maxNodes: number | null;
  asOf: string | null;
  knownAt: string | null; // a sequence number, a moment, or "then": whatever asOf is
  compareTo: string | null;
}

export const defaultDepth = 1;
export const defaultMaxNodes = 500;
export const defaultMaxColumns = 50;
export const mostNodes = 5000; // more the server does not lay out
export const mostColumns = 5000; // per dataset
export const asKnownThen = 'then';

export function lineageState(node: string, more: Partial<LineageState> = {}): LineageState {
  return {
    node,
    depth: defaultDepth,
    direction: 'both',
    level: 'table',
    column: null,
    maxColumns: null,
    expand: [],
    selected: null,
    edge: null,
    panel: 'details',
    run: null,
    kind: null,
    changeColumn: null,
    changeTo: null,
    until: null,
    severity: null,
    hit: null,
    at: null,
    window: null,
    cause: null,
    profile: null,
    maxNodes: null,
    asOf: null,
    knownAt: null,
    compareTo: null,
    ...more,
  };
}

export function oneOf<T extends string>(
  value: string | null,
  allowed: readonly T[],
  otherwise: T,
): T {
  return allowed.find((a) => a === value) ?? otherwise;
}

export function wholeNumber(value: string | null): number | null {
  const n = Number(value);
  return value !== null && value !== '' && Number.isInteger(n) && n >= 0 ? n : null;
}

export const impactKinds = [
  'data',
  'code',
  'job_retired',
  'dataset_deleted',
  'dataset_late',
  'column_dropped',
  'column_renamed',
  'column_retyped',
  'column_added',
] as const satisfies readonly ImpactKind[];

const panels = ['details', 'runs', 'partitions', 'impact', 'cause', 'changes', 'none'] as const;

export function parseLineage(node: string, query: URLSearchParams): LineageState {
  const from = query.get('from');
  const to = query.get('to');
  return lineageState(node, {
    depth: wholeNumber(query.get('depth')) ?? defaultDepth,
    direction: oneOf(query.get('dir'), ['both', 'upstream', 'downstream'] as const, 'both'),
    level: oneOf(query.get('level'), ['table', 'column'] as const, 'table'),
    column: query.get('col'),
    maxColumns: wholeNumber(query.get('cols')),
    expand: query.getAll('x').filter((x) => /\|(up|down)$/.test(x)),
    selected: query.get('sel'),
    edge: from !== null && to !== null ? { from, to } : null,
    panel: oneOf(query.get('panel'), panels, 'details'),
    run: query.get('run'),
    kind: query.has('kind') ? oneOf(query.get('kind'), impactKinds, 'data') : null,
    changeColumn: query.get('ccol'),
    changeTo: query.get('cto'),
    until: query.get('until'),
    severity: severities.find((s) => s === query.get('sev')) ?? null,
    hit: query.get('hit'),
    at: query.get('at'),
    window: query.get('window'),
    cause: wholeNumber(query.get('cause')),
    profile: query.get('profile'),
    maxNodes: wholeNumber(query.get('max')),
    asOf: query.get('as_of'),
    knownAt: query.get('known_at'),
    compareTo: query.get('compare_to'),
  });
}

export function queryText(query: readonly (readonly [string, string | null])[]): string {
  return query.flatMap(([k, v]) => (v === null ? [] : [`${k}=${encodeURIComponent(v)}`])).join('&');
}

const numeral = (n: number | null) => (n === null ? null : String(n));
const unless = (value: string, usual: string) => (value === usual ? null : value);

export function formatLineage(state: LineageState): string {
  const text = queryText([
    ['depth', state.depth === defaultDepth ? null : String(state.depth)],
    ['dir', unless(state.direction, 'both')],
    ['level', unless(state.level, 'table')],
    ['col', state.column],
    ['cols', numeral(state.maxColumns)],
    ...state.expand.map((x) => ['x', x] as const),
    ['sel', state.selected === state.node ? null : state.selected],
    ['from', state.edge?.from ?? null],
    ['to', state.edge?.to ?? null],
    ['panel', unless(state.panel, 'details')],
    ['run', state.run],
    ['kind', state.kind],
    ['ccol', state.changeColumn],
    ['cto', state.changeTo],
    ['until', state.until],
    ['sev', state.severity],
    ['hit', state.hit],
    ['at', state.at],
    ['window', state.window],
    ['cause', numeral(state.cause)],
    ['profile', state.profile],
    ['max', numeral(state.maxNodes)],
    ['as_of', state.asOf],
    ['known_at', state.knownAt],
    ['compare_to', state.compareTo],
  ]);
  const path = `/lineage/${encodeURIComponent(state.node)}`;
  return text === '' ? path : `${path}?${text}`;
}

export function lineageHref(node: string, more: Partial<LineageState> = {}): string {
  return formatLineage(lineageState(node, more));
}

// The two clocks of a question, as the API takes them.
export interface Clocks {
  asOf: string | null;
  knownAt: string | null;
}

export function clocksOf(state: Clocks): Clocks {
  const { asOf, knownAt } = state;
  return { asOf, knownAt: knownAt === asKnownThen ? asOf : knownAt };
}

export function clockQuery({ asOf, knownAt }: Clocks): { as_of?: string; known_at?: string } {
  return { as_of: asOf ?? undefined, known_at: knownAt ?? undefined };
}

// The two moments of a comparison, the earlier first: what changed is told as time ran, whichever
// of the two the reader moved. Null: nothing is compared.
export function comparison(state: {
  asOf: string | null;
  compareTo: string | null;
}): { from: string; to: string | null } | null {
  const { asOf, compareTo } = state;
  if (compareTo === null) return null;
  return asOf !== null && Date.parse(compareTo) > Date.parse(asOf)
    ? { from: asOf, to: compareTo }
    : { from: compareTo, to: asOf };
}
