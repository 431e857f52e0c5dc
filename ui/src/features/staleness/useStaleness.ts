// Which datasets have partitions that are not current.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { StalenessState } from '../../lib/partitionUrl';
import type { Pages } from '../../lib/usePages';
import { usePages, withCursor } from '../../lib/usePages';
import { useResource } from '../../lib/useResource';

export type StalenessAnswer = Schemas['StalenessAnswer'];
export type StaleDataset = StalenessAnswer['datasets'][number];
export type Counts = Schemas['PartitionCounts'];

// What is listed if nothing else is asked for.
const notCurrent = ['stale', 'missing', 'maybe', 'failed', 'unknown', 'unrecoverable'] as const;

export function useStaleness(
  state: StalenessState,
): Pages<StalenessAnswer & { next_cursor: string | null }> {
  const { nodeId, scope, environment, status } = state;
  const query = {
    nodeId: nodeId ?? undefined,
    scope,
    environment: environment ?? undefined,
    status: status === null ? [...notCurrent] : [status],
    max_ranges: 3,
    limit: 100,
  };
  return usePages(JSON.stringify(query), (cursor, signal) =>
    ask(
      api.GET('/staleness', {
        params: { query: { ...query, cursor: cursor ?? undefined } },
        querySerializer: { array: { style: 'form', explode: false } },
        signal,
      }),
    ).then(withCursor),
  );
}

// Why the first of its stale partitions is stale.
export function useFirstCause(dataset: StaleDataset | null, environment: string | null) {
  const first = dataset?.ranges.find((r) => r.status === 'stale') ?? dataset?.ranges[0];
  const key = dataset && first ? JSON.stringify([dataset.nodeId, first.first, environment]) : null;
  const query = {
    nodeId: dataset?.nodeId ?? '',
    key: first?.first ?? '',
    environment: environment ?? undefined,
  };
  return useResource(key, (signal) =>
    ask(api.GET('/partitions/explain', { params: { query }, signal })),
  );
}
