// What changes would affect, page by page, and the same as a file.
import { useState } from 'react';
import type { ApiProblem, Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { ChangeDraft, GroupBy, ImpactFilters, ImpactOrder } from '../../lib/impactUrl';
import { changeOf } from '../../lib/impactUrl';
import type { Clocks } from '../../lib/lineageUrl';
import { clockQuery } from '../../lib/lineageUrl';
import { usePages } from '../../lib/usePages';

export type Affected = Schemas['AffectedNode'];
type Answer = Schemas['ImpactAnswer'];
type Group = Schemas['ImpactGroup'];

export interface Question extends Clocks {
  changes: ChangeDraft[];
  filters?: ImpactFilters;
  groupBy?: GroupBy | null;
  order?: ImpactOrder;
  evidence?: boolean;
  maxNodes?: number | null;
  limit?: number;
}

export interface Impact {
  answer: Answer | undefined; // its `affected` is the first page
  affected: Affected[]; // all pages that were loaded
  groups: Group[] | null; // with the nodes of all pages that were loaded
  more: (() => void) | null;
  loading: boolean;
  problem: ApiProblem | undefined;
  reload: () => void;
  raiseTo: (maxNodes: number) => void;
}

// Null: one of the changes is not filled in yet.
function bodyOf(q: Question): Schemas['ImpactRequest'] | null {
  const changes = q.changes.map(changeOf);
  if (changes.length === 0 || changes.includes(null)) return null;
  const f = q.filters;
  const some = <T>(list: readonly T[] | undefined) =>
    list && list.length > 0 ? [...list] : undefined;
  const filters = f && {
    severity: some(f.severity),
    type: some(f.types),
    namespace: some(f.namespaces),
    owner: some(f.owners),
    max_distance: f.maxDistance ?? undefined,
    assumed: f.assumed ?? undefined,
  };
  return {
    changes,
    ...(filters && Object.values(filters).some((v) => v !== undefined) ? { filters } : {}),
    ...(q.groupBy ? { group_by: q.groupBy } : {}),
    ...(q.order === 'weight' ? { order: q.order } : {}),
    ...(q.evidence ? { evidence: true } : {}),
    ...(q.maxNodes ? { max_nodes: q.maxNodes } : {}),
    ...(q.limit ? { limit: q.limit } : {}),
  } as Schemas['ImpactRequest'];
}

// The contract has the answer as JSON or as text; what is asked for here is JSON.
async function page(
  body: Schemas['ImpactRequest'],
  query: ReturnType<typeof clockQuery>,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Answer> {
  const asked = { ...body, ...(cursor === null ? {} : { cursor }) };
  const call = api.POST('/impact', {
    params: { query },
    body: asked,
    headers: { accept: 'application/json' },
    signal,
  });
  return (await ask(call)) as Answer;
}

function groupsOf(pages: readonly Answer[]): Group[] | null {
  const first = pages[0]?.groups;
  if (!first) return null;
  return first.map((group) => ({
    ...group,
    nodes: pages.flatMap((p) => p.groups?.find((g) => g.key === group.key)?.nodes ?? []),
  }));
}

export function useImpact(question: Question | null): Impact {
  const [raised, setRaised] = useState<number | null>(null);
  const asked = question && { ...question, maxNodes: raised ?? question.maxNodes };
  const body = asked && bodyOf(asked);
  const query = question ? clockQuery(question) : {};
  const key = body && JSON.stringify([query, body]);
  const { pages, more, loading, problem, reload } = usePages(key, (cursor, signal) =>
    page(body!, query, cursor, signal),
  );
  return {
    answer: pages[0],
    affected: pages.flatMap((answer) => answer.affected),
    groups: groupsOf(pages),
    more,
    loading,
    problem,
    reload,
    raiseTo: setRaised,
  };
}

export type FileFormat = 'csv' | 'ndjson';

// The whole answer as the server writes it, not only the pages that were loaded.
export async function impactFile(question: Question, format: FileFormat): Promise<Blob> {
  const body = bodyOf({ ...question, limit: undefined, groupBy: null });
  if (!body) throw new Error('the question is not complete');
  const call = api.POST('/impact', {
    params: { query: clockQuery(question) },
    body: { ...body, format },
    headers: { accept: format === 'csv' ? 'text/csv' : 'application/x-ndjson' },
    parseAs: 'blob',
  });
  return (await ask(call)) as unknown as Blob;
}
