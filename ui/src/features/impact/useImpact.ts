// What a change would affect, page by page.
import { useCallback, useState } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { ImpactKind } from '../../lib/lineageUrl';
import { useResource } from '../../lib/useResource';
import type { ApiProblem } from '../../api/client';

export type Affected = Schemas['AffectedNode'];
type Answer = Schemas['ImpactAnswer'];

export interface Question {
  nodeId: string;
  kind: ImpactKind;
  asOf: string | null;
}

export interface Impact {
  answer: Answer | undefined; // its `affected` is the first page
  affected: Affected[]; // all pages that were loaded
  more: (() => void) | null;
  loading: boolean;
  problem: ApiProblem | undefined;
  reload: () => void;
  raiseTo: (maxNodes: number) => void;
}

function request(
  q: Question,
  maxNodes: number | null,
  cursor: string | null,
  signal?: AbortSignal,
) {
  return ask(
    api.POST('/impact', {
      params: { query: { as_of: q.asOf ?? undefined } },
      body: {
        changes: [{ kind: q.kind, nodeId: q.nodeId }],
        ...(maxNodes === null ? {} : { max_nodes: maxNodes }),
        ...(cursor === null ? {} : { cursor }),
      } as Schemas['ImpactRequest'],
      signal,
    }),
  );
}

interface Later {
  key: string;
  affected: Affected[];
  cursor: string | null;
  problem?: ApiProblem;
}

export function useImpact(question: Question | null): Impact {
  const [maxNodes, setMaxNodes] = useState<number | null>(null);
  const [later, setLater] = useState<Later | null>(null);
  const [busy, setBusy] = useState(false);
  const key = question && JSON.stringify([question, maxNodes]);
  const first = useResource(key, (signal) => request(question as Question, maxNodes, null, signal));
  const answer = first.loading ? undefined : first.data;
  const mine = later !== null && later.key === key ? later : null;
  const cursor = mine ? mine.cursor : (answer?.next_cursor ?? null);

  const more = useCallback(() => {
    if (question === null || key === null || cursor === null || busy) return;
    setBusy(true);
    request(question, maxNodes, cursor)
      .then((next) =>
        setLater((old) => ({
          key,
          affected: [...(old?.key === key ? old.affected : []), ...next.affected],
          cursor: next.next_cursor,
        })),
      )
      .catch((problem: ApiProblem) =>
        setLater((old) => ({
          key,
          affected: old?.key === key ? old.affected : [],
          cursor,
          problem,
        })),
      )
      .finally(() => setBusy(false));
  }, [question, key, cursor, busy, maxNodes]);

  return {
    answer,
    affected: answer ? [...answer.affected, ...(mine?.affected ?? [])] : [],
    more: cursor === null ? null : more,
    loading: first.loading || busy,
    problem: first.problem ?? mine?.problem,
    reload: first.reload,
    raiseTo: setMaxNodes,
  };
}
