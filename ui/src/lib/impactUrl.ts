// A what-if question as an address: the changes, and which of what they affect is listed.
import type { Clocks, ImpactKind, Severity } from './lineageUrl';
import { impactKinds, queryText, severities, wholeNumber } from './lineageUrl';
import type { NodeType } from './nodeId';

// A change as it is filled in; what its kind does not need is ignored.
export interface ChangeDraft {
  kind: ImpactKind;
  nodeId: string;
  column: string | null;
  to: string | null; // a new name or type
  until: string | null;
}

export type GroupBy = 'owner' | 'namespace';

// The nearest first, or the heaviest: by severity and use.
export type ImpactOrder = 'distance' | 'weight';

export interface ImpactFilters {
  severity: Severity[];
  types: NodeType[];
  namespaces: string[];
  owners: string[];
  maxDistance: number | null;
  assumed: boolean | null; // true: only what rests on an assumption; false: only what does not
}

export interface ImpactState extends Clocks, ImpactFilters {
  changes: ChangeDraft[];
  groupBy: GroupBy | null;
  order: ImpactOrder;
  open: string | null; // the affected node whose path is shown
  maxNodes: number | null;
}

export const nodeTypes: NodeType[] = ['DATASET', 'JOB', 'CONSUMER'];

export const noFilters: ImpactFilters = {
  severity: [],
  types: [],
  namespaces: [],
  owners: [],
  maxDistance: null,
  assumed: null,
};

export function impactState(more: Partial<ImpactState> = {}): ImpactState {
  return {
    changes: [],
    ...noFilters,
    groupBy: null,
    order: 'distance',
    open: null,
    maxNodes: null,
    asOf: null,
    knownAt: null,
    ...more,
  };
}

export interface Needs {
  column: 'existing' | 'new' | null;
  to: 'name' | 'type' | null;
  until: boolean;
}

export function needsOf(kind: ImpactKind): Needs {
  return {
    column: kind === 'column_added' ? 'new' : kind.startsWith('column_') ? 'existing' : null,
    to: kind === 'column_renamed' ? 'name' : kind === 'column_retyped' ? 'type' : null,
    until: kind === 'dataset_late',
  };
}

// Null: something is still missing. A new type may be left open, a new name may not.
export function changeOf(draft: ChangeDraft) {
  const needs = needsOf(draft.kind);
  const { kind, nodeId, column, to, until } = draft;
  if (nodeId === '') return null;
  if (needs.column !== null && !column) return null;
  if (needs.to === 'name' && !to) return null;
  if (needs.until && !until) return null;
  return {
    kind,
    nodeId,
    ...(needs.column !== null && column ? { column } : {}),
    ...(needs.to !== null && to ? { to } : {}),
    ...(needs.until && until ? { until } : {}),
  };
}

export function draftOf(kind: ImpactKind, nodeId: string): ChangeDraft {
  return { kind, nodeId, column: null, to: null, until: null };
}

const parts = ['kind', 'nodeId', 'column', 'to', 'until'] as const;

function draftText(draft: ChangeDraft): string {
  return parts
    .map((part) => encodeURIComponent(draft[part] ?? ''))
    .join('|')
    .replace(/\|+$/, '');
}

function readDraft(text: string): ChangeDraft[] {
  let values: string[];
  try {
    values = text.split('|').map(decodeURIComponent);
  } catch {
    return [];
  }
  const [kindText, nodeId = '', column, to, until] = values;
  const kind = impactKinds.find((k) => k === kindText);
  if (!kind) return [];
  return [{ kind, nodeId, column: column || null, to: to || null, until: until || null }];
}

export function parseImpact(query: URLSearchParams): ImpactState {
  const assumed = query.get('assumed');
  const groupBy = query.get('group');
  return impactState({
    changes: query.getAll('change').flatMap(readDraft),
    severity: severities.filter((s) => query.getAll('severity').includes(s)),
    types: nodeTypes.filter((t) => query.getAll('type').includes(t)),
    namespaces: query.getAll('namespace'),
    owners: query.getAll('owner'),
    maxDistance: wholeNumber(query.get('distance')),
    assumed: assumed === 'true' ? true : assumed === 'false' ? false : null,
    groupBy: groupBy === 'owner' || groupBy === 'namespace' ? groupBy : null,
    order: query.get('order') === 'weight' ? 'weight' : 'distance',
    open: query.get('open'),
    maxNodes: wholeNumber(query.get('max')),
    asOf: query.get('as_of'),
    knownAt: query.get('known_at'),
  });
}

export function impactHref(more: Partial<ImpactState>): string {
  const state = impactState(more);
  const each = (key: string, values: readonly string[]) => values.map((v) => [key, v] as const);
  const text = queryText([
    ...each('change', state.changes.map(draftText)),
    ...each('severity', state.severity),
    ...each('type', state.types),
    ...each('namespace', state.namespaces),
    ...each('owner', state.owners),
    ['distance', state.maxDistance === null ? null : String(state.maxDistance)],
    ['assumed', state.assumed === null ? null : String(state.assumed)],
    ['group', state.groupBy],
    ['order', state.order === 'weight' ? 'weight' : null],
    ['open', state.open],
    ['max', state.maxNodes === null ? null : String(state.maxNodes)],
    ['as_of', state.asOf],
    ['known_at', state.knownAt],
  ]);
  return text === '' ? '/impact' : `/impact?${text}`;
}

export function hasFilters(f: ImpactFilters): boolean {
  const lists = [f.severity, f.types, f.namespaces, f.owners];
  return lists.some((l) => l.length > 0) || f.maxDistance !== null || f.assumed !== null;
}
