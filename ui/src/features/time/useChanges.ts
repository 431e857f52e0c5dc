// What changed between two moments in a neighbourhood.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { Direction } from '../../lib/lineageUrl';
import type { Pages } from '../../lib/usePages';
import { usePages } from '../../lib/usePages';

export type ChangeKind = Schemas['DiffKind'];

export interface ChangesQuestion {
  nodeId: string;
  depth: number;
  direction: Direction;
  from: string;
  to: string | null; // null: now
  knownAt: string | null;
  kinds: readonly ChangeKind[]; // none: all
  limit: number;
}

export function useChanges(question: ChangesQuestion | null): Pages<Schemas['DiffAnswer']> {
  return usePages(question && JSON.stringify(question), (cursor, signal) => {
    const q = question as ChangesQuestion;
    const query = {
      nodeId: q.nodeId,
      depth: q.depth,
      direction: q.direction,
      from: q.from,
      to: q.to ?? undefined,
      known_at: q.knownAt ?? undefined,
      kinds: q.kinds.length === 0 ? undefined : [...q.kinds],
      limit: q.limit,
      cursor: cursor ?? undefined,
    };
    return ask(api.GET('/diff', { params: { query }, signal }));
  });
}
