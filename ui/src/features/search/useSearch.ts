import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { lineageHref, queryText } from '../../lib/lineageUrl';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export type Filter = 'ALL' | 'DATASET' | 'JOB' | 'FIELD';
export type Result = Schemas['SearchResult'];

export interface SearchQuery {
  q: string;
  filter: Filter;
  namespace: string;
  owner: string;
  tag: string;
  limit: number;
}

export const usualLimit = 50;

export function useSearch(query: SearchQuery): Resource<Schemas['SearchResultList']> {
  const key = query.q === '' ? null : JSON.stringify(query);
  const unlessEmpty = (text: string) => (text === '' ? undefined : text);
  return useResource(key, (signal) =>
    ask(
      api.GET('/search', {
        params: {
          query: {
            q: query.q,
            filter: query.filter,
            namespace: unlessEmpty(query.namespace),
            owner: unlessEmpty(query.owner),
            tag: unlessEmpty(query.tag),
            limit: query.limit,
          },
        },
        signal,
      }),
    ),
  );
}

export function searchHref(query: Partial<SearchQuery>): string {
  const { filter = 'ALL', limit = usualLimit } = query;
  return `/search?${queryText([
    ['q', query.q ?? ''],
    ['filter', filter === 'ALL' ? null : filter],
    ['namespace', query.namespace || null],
    ['owner', query.owner || null],
    ['tag', query.tag || null],
    ['limit', limit === usualLimit ? null : String(limit)],
  ])}`;
}

// A column is in a dataset, everything else in a namespace.
export function placeOf(r: Result): string {
  return r.dataset === null ? r.namespace : `${r.dataset} · ${r.namespace}`;
}

// A column opens among columns.
export function resultHref(r: Result): string {
  return r.type === 'DATASET_FIELD'
    ? lineageHref(r.nodeId, { level: 'column', column: r.nodeId })
    : lineageHref(r.nodeId);
}
