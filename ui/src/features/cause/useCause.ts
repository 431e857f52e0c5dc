// What may have made a dataset wrong or late, most likely first.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export type Cause = Schemas['Cause'];
export type CauseKind = Schemas['CauseKind'];
export type CauseAnswer = Schemas['CauseAnswer'];

export interface CauseQuestion {
  nodeId: string;
  at: string | null; // null: now
  window: string;
  knownAt: string | null;
}

export const defaultWindow = 'P2D';

export function useCause(question: CauseQuestion | null): Resource<CauseAnswer> {
  return useResource(question && JSON.stringify(question), (signal) => {
    const { nodeId, at, window, knownAt } = question as CauseQuestion;
    const query = { nodeId, at: at ?? undefined, window, known_at: knownAt ?? undefined };
    return ask(api.GET('/cause', { params: { query }, signal }));
  });
}

// The way from the cause to the node that was asked about; a cause in the node itself has only it.
export function stepsOf(cause: Cause): { from: string; to: string }[] {
  return cause.path.length > 0 ? cause.path : [{ from: cause.nodeId, to: cause.nodeId }];
}
