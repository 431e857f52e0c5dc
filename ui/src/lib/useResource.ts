// Data that follows its key: fetched when the key changes, the last answer kept on screen until the
// next one is there, overtaken requests cancelled.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiProblem } from '../api/client';

export interface Resource<T> {
  data: T | undefined;
  dataKey: string | null; // the key that `data` answers
  problem: ApiProblem | undefined;
  loading: boolean;
  reload: () => void;
}

interface Held<T> {
  key: string | null;
  data?: T;
  dataKey: string | null;
  problem?: ApiProblem;
}

// `key` null: nothing to fetch. `fetcher` may be a new function each time; only the key counts.
export function useResource<T>(
  key: string | null,
  fetcher: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const [held, setHeld] = useState<Held<T>>({ key: null, dataKey: null });
  const [round, setRound] = useState(0);
  const latest = useRef(fetcher);
  useEffect(() => {
    latest.current = fetcher;
  });

  useEffect(() => {
    if (key === null) return undefined;
    const abort = new AbortController();
    latest.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setHeld({ key, data, dataKey: key });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const problem =
          error instanceof ApiProblem
            ? error
            : new ApiProblem({
                type: '/docs/errors/internal',
                title: 'A defect in this page',
                status: 0,
                detail: String(error),
                code: 'internal',
              });
        setHeld((old) => ({ ...old, key, problem }));
      },
    );
    return () => abort.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  const current = held.key === key;
  return {
    data: key === null ? undefined : held.data,
    dataKey: held.dataKey,
    problem: current ? held.problem : undefined,
    loading: key !== null && !current,
    reload,
  };
}
