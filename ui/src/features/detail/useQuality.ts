// What was measured of a dataset, and whether it is as it usually is.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { usePages } from '../../lib/usePages';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';
import type { DatasetMonitors } from '../../lib/verdicts';
import { monitorKinds } from '../../lib/verdicts';

export type ProfilesAnswer = Schemas['ProfilesAnswer'];
export type Profile = Schemas['Profile'];
export type AnomaliesAnswer = Schemas['AnomaliesAnswer'];
export type ProfileColumn = Schemas['ProfileColumn'];

const perPage = 1000;

export function useProfiles(nodeId: string) {
  return usePages(nodeId, (cursor, signal) =>
    ask(
      api.GET('/profiles', {
        params: { query: { nodeId, limit: perPage, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
}

export function useMonitors(nodeId: string): Resource<DatasetMonitors | null> {
  return useResource(nodeId, async (signal) => {
    const { monitors } = await ask(api.GET('/monitors', { params: { query: { nodeId } }, signal }));
    return monitors[0] ?? null;
  });
}

export const mostAnomalies = 10;

// Costs are not among them: they stand beside all others of their day.
export function useAnomaliesOf(nodeId: string, from: string): Resource<AnomaliesAnswer> {
  const kind = monitorKinds.join(',');
  const query = { nodeId, from, kind, limit: mostAnomalies };
  return useResource(JSON.stringify(query), (signal) =>
    ask(api.GET('/anomalies', { params: { query }, signal })),
  );
}
