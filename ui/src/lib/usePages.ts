// A long answer, page by page: the first follows its key, more are fetched when asked for.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ApiProblem } from '../api/client';
import { useResource } from './useResource';

interface Paged {
  next_cursor: string | null;
}

// Newer answers call it `next`.
export function withCursor<T extends { next: string | null }>(page: T): T & Paged {
  return { ...page, next_cursor: page.next };
}

export interface Pages<T> {
  pages: T[]; // all of the same question; none while the first is on its way
  more: (() => void) | null;
  loading: boolean;
  problem: ApiProblem | undefined;
  reload: () => void;
}

interface Later<T> {
  first: T | undefined; // the page that these follow
  pages: T[];
  busy: boolean;
  problem?: ApiProblem;
}

export function usePages<T extends Paged>(
  key: string | null,
  fetchPage: (cursor: string | null, signal?: AbortSignal) => Promise<T>,
): Pages<T> {
  const resource = useResource(key, (signal) => fetchPage(null, signal));
  const first = resource.loading ? undefined : resource.data;
  const [later, setLater] = useState<Later<T>>({ first: undefined, pages: [], busy: false });
  const mine = first !== undefined && later.first === first ? later : null;
  const pages = first === undefined ? [] : [first, ...(mine?.pages ?? [])];
  const cursor = pages.at(-1)?.next_cursor ?? null;
  const busy = mine?.busy ?? false;
  const latest = useRef(fetchPage);
  useEffect(() => {
    latest.current = fetchPage;
  });

  const more = useCallback(() => {
    if (first === undefined || cursor === null || busy) return;
    const update = (change: (old: Later<T>) => Partial<Later<T>>) =>
      setLater((old) => {
        const mineNow = old.first === first ? old : { first, pages: [], busy: false };
        return { ...mineNow, problem: undefined, ...change(mineNow) };
      });
    update(() => ({ busy: true }));
    latest.current(cursor).then(
      (next) => update((old) => ({ busy: false, pages: [...old.pages, next] })),
      (problem: ApiProblem) => update(() => ({ busy: false, problem })),
    );
  }, [first, cursor, busy]);

  return {
    pages,
    more: cursor === null ? null : more,
    loading: resource.loading || busy,
    problem: resource.problem ?? mine?.problem,
    reload: resource.reload,
  };
}
