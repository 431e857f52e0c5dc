// Who uses a dataset, or what a consumer uses.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export type Usage = Schemas['UsageAnswer'];
export type UsedBy = Schemas['UsedBy'];
export type UnusedColumns = Schemas['UnusedColumnsAnswer'];

export const usageDays = 30; // what the server counts if it is not told

export function useUsage(nodeId: string): Resource<Usage> {
  return useResource(nodeId, (signal) =>
    ask(api.GET('/usage', { params: { query: { nodeId } }, signal })),
  );
}

export function useUnusedColumns(nodeId: string | null): Resource<UnusedColumns> {
  return useResource(nodeId, (signal) =>
    ask(
      api.GET('/usage/unused-columns', {
        params: { query: { nodeId: nodeId ?? '', days: usageDays } },
        signal,
      }),
    ),
  );
}
