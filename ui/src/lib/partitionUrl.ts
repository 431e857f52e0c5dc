// Pages about partitions as addresses: what is asked, what is chosen. Defaults are left out.
import { queryText } from './lineageUrl';
import type { Status } from './partitionStatus';
import { statuses } from './partitionStatus';

export interface PartitionsState {
  nodeId: string | null;
  environment: string | null; // null: production
  first: string | null; // only from this partition on, if there are too many for one picture
  last: string | null;
  only: Status[]; // empty: all
  cell: string | null; // the key of the partition that is explained
  from: string | null; // keys of the corners of what is chosen
  to: string | null;
}

export function partitionsState(more: Partial<PartitionsState> = {}): PartitionsState {
  return {
    nodeId: null,
    environment: null,
    first: null,
    last: null,
    only: [],
    cell: null,
    from: null,
    to: null,
    ...more,
  };
}

export function parsePartitions(query: URLSearchParams): PartitionsState {
  const only = query.getAll('only');
  return {
    nodeId: query.get('nodeId'),
    environment: query.get('environment'),
    first: query.get('first'),
    last: query.get('last'),
    only: statuses.filter((s) => only.includes(s)),
    cell: query.get('cell'),
    from: query.get('from'),
    to: query.get('to'),
  };
}

function withQuery(path: string, query: readonly (readonly [string, string | null])[]): string {
  const text = queryText(query);
  return text === '' ? path : `${path}?${text}`;
}

export function partitionsHref(more: Partial<PartitionsState> = {}): string {
  const s = partitionsState(more);
  return withQuery('/partitions', [
    ['nodeId', s.nodeId],
    ['environment', s.environment],
    ['first', s.first],
    ['last', s.last],
    ...s.only.map((status) => ['only', status] as const),
    ['cell', s.cell],
    ['from', s.from],
    ['to', s.to],
  ]);
}

export const scopes = ['node', 'downstream', 'upstream'] as const;
export type Scope = (typeof scopes)[number];

export const staleStatuses = [
  'stale',
  'missing',
  'maybe',
  'failed',
  'unknown',
  'orphaned',
  'unrecoverable',
] as const;
export type StaleStatus = (typeof staleStatuses)[number];

export interface StalenessState {
  nodeId: string | null; // null: everything
  scope: Scope;
  environment: string | null;
  status: StaleStatus | null; // only datasets that have some; null: any
  open: string | null; // the dataset whose cause is shown
}

export function parseStaleness(query: URLSearchParams): StalenessState {
  return {
    nodeId: query.get('nodeId'),
    scope: scopes.find((s) => s === query.get('scope')) ?? 'node',
    environment: query.get('environment'),
    status: staleStatuses.find((s) => s === query.get('status')) ?? null,
    open: query.get('open'),
  };
}

export function stalenessHref(s: Partial<StalenessState> = {}): string {
  return withQuery('/staleness', [
    ['nodeId', s.nodeId ?? null],
    ['scope', s.scope && s.scope !== 'node' ? s.scope : null],
    ['environment', s.environment ?? null],
    ['status', s.status ?? null],
    ['open', s.open ?? null],
  ]);
}

export const changeStatuses = ['open', 'decided', 'all'] as const;
export type ChangeStatus = (typeof changeStatuses)[number];

export interface InboxState {
  status: ChangeStatus;
  kind: 'code' | 'data' | null;
  nodeId: string | null;
  open: string | null; // the change that is shown in full
}

export function parseInbox(query: URLSearchParams): InboxState {
  const kind = query.get('kind');
  return {
    status: changeStatuses.find((s) => s === query.get('status')) ?? 'open',
    kind: kind === 'code' || kind === 'data' ? kind : null,
    nodeId: query.get('nodeId'),
    open: query.get('open'),
  };
}

export function inboxHref(s: Partial<InboxState> = {}): string {
  return withQuery('/changes', [
    ['status', s.status && s.status !== 'open' ? s.status : null],
    ['kind', s.kind ?? null],
    ['nodeId', s.nodeId ?? null],
    ['open', s.open ?? null],
  ]);
}

export const planStates = [
  'draft',
  'approved',
  'executing',
  'paused',
  'cancelled',
  'done',
] as const;
export type PlanStateName = (typeof planStates)[number];

export const directions = ['none', 'downstream', 'upstream'] as const;
export const includes = ['stale', 'missing', 'maybe'] as const;

// What a new plan is about, before it is worked out.
export interface PlanDraft {
  nodeIds: string[];
  direction: (typeof directions)[number];
  changes: string[];
  include: (typeof includes)[number][]; // empty: all of them
  refresh: boolean; // also what is due for refresh
  until: string | null;
  environment: string | null;
  from: string | null; // what was chosen on the heat map, for showing
  to: string | null;
}

export function parsePlanDraft(query: URLSearchParams): PlanDraft {
  const include = query.getAll('include');
  return {
    nodeIds: query.getAll('nodeId'),
    direction: directions.find((d) => d === query.get('direction')) ?? 'downstream',
    changes: query.getAll('change'),
    include: includes.filter((i) => include.includes(i)),
    refresh: query.get('refresh') !== 'no',
    until: query.get('until'),
    environment: query.get('environment'),
    from: query.get('from'),
    to: query.get('to'),
  };
}

export function newPlanHref(more: Partial<PlanDraft> = {}): string {
  const { nodeIds = [], changes = [], include = [], direction = 'downstream' } = more;
  return withQuery('/plans/new', [
    ...nodeIds.map((id) => ['nodeId', id] as const),
    ['direction', direction === 'downstream' ? null : direction],
    ...changes.map((id) => ['change', id] as const),
    ...include.map((i) => ['include', i] as const),
    ['refresh', more.refresh === false ? 'no' : null],
    ['until', more.until ?? null],
    ['environment', more.environment ?? null],
    ['from', more.from ?? null],
    ['to', more.to ?? null],
  ]);
}

export function planHref(id: string): string {
  return `/plans/${encodeURIComponent(id)}`;
}

export function plansHref(state: PlanStateName | null = null): string {
  return withQuery('/plans', [['state', state]]);
}

export function environmentHref(name: string): string {
  return `/environments/${encodeURIComponent(name)}`;
}
