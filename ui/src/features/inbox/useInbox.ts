// The changes that want a decision, and the decisions.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { InboxState } from '../../lib/partitionUrl';
import type { Pages } from '../../lib/usePages';
import { usePages, withCursor } from '../../lib/usePages';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export type PartitionChange = Schemas['PartitionChange'];
export type ChangeDetail = Schemas['ChangeDetail'];
export type Verdict = Schemas['ChangeVerdict'];
export type DecisionInput = Schemas['ChangeDecisionInput'];

type ChangeList = Schemas['ChangeList'];

export function useInbox({
  status,
  kind,
  nodeId,
}: InboxState): Pages<ChangeList & { next_cursor: string | null }> {
  const query = { status, kind: kind ?? undefined, nodeId: nodeId ?? undefined, limit: 50 };
  return usePages(JSON.stringify(query), (cursor, signal) =>
    ask(
      api.GET('/changes', { params: { query: { ...query, cursor: cursor ?? undefined } }, signal }),
    ).then(withCursor),
  );
}

export function useChange(id: string | null): Resource<ChangeDetail> {
  return useResource(id, (signal) =>
    ask(
      api.GET('/changes/{id}', {
        params: { path: { id: id ?? '' }, query: { max_ranges: 20 } },
        signal,
      }),
    ),
  );
}

export async function decide(id: string, body: DecisionInput): Promise<void> {
  await ask(api.POST('/changes/{id}/decision', { params: { path: { id } }, body }));
}

export async function revoke(id: string, author: string, reason: string | null): Promise<void> {
  const query = { author, reason: reason ?? undefined };
  await ask(api.DELETE('/changes/{id}/decision', { params: { path: { id }, query } }));
}
