import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export type Filter = 'ALL' | 'DATASET' | 'JOB';

export interface SearchQuery {
  q: string;
  filter: Filter;
  namespace: string;
  limit: number;
}

export function useSearch(query: SearchQuery): Resource<Schemas['SearchResultList']> {
  const key = query.q === '' ? null : JSON.stringify(query);
  return useResource(key, (signal) =>
    ask(
      api.GET('/search', {
        params: {
          query: {
            q: query.q,
            filter: query.filter,
            namespace: query.namespace === '' ? undefined : query.namespace,
            limit: query.limit,
          },
        },
        signal,
      }),
    ),
  );
}

export function searchHref(query: Partial<SearchQuery>): string {
  const parts: string[] = [`q=${encodeURIComponent(query.q ?? '')}`];
  if (query.filter && query.filter !== 'ALL') parts.push(`filter=${query.filter}`);
  if (query.namespace) parts.push(`namespace=${encodeURIComponent(query.namespace)}`);
  if (query.limit && query.limit !== 50) parts.push(`limit=${query.limit}`);
  return `/search?${parts.join('&')}`;
}
