// Verdicts about all datasets, and what two of them have in common.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { CompareState } from '../../lib/compareUrl';
import { compareParts, missing } from '../../lib/compareUrl';
import type { QualityState } from '../../lib/qualityUrl';
import { anomalyInterval } from '../../lib/qualityUrl';
import { usePages } from '../../lib/usePages';
import { useResource } from '../../lib/useResource';
import type { MonitorStatus } from '../../lib/verdicts';

export type CompareAnswer = Schemas['CompareAnswer'];
export type MonitorsAnswer = Schemas['MonitorsAnswer'];
export type AnomaliesAnswer = Schemas['AnomaliesAnswer'];

export function useMonitorList({ kind, at }: QualityState, status: MonitorStatus) {
  const query = { status, kind: kind ?? undefined, at: at ?? undefined, limit: 50 };
  return usePages(JSON.stringify(query), (cursor, signal) =>
    ask(
      api.GET('/monitors', {
        params: { query: { ...query, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
}

export function useAnomalies(state: QualityState, now: number) {
  const query = {
    ...anomalyInterval(state, now),
    kind: state.kinds.length === 0 ? undefined : state.kinds.join(','),
    limit: 100,
  };
  return usePages(JSON.stringify(query), (cursor, signal) =>
    ask(
      api.GET('/anomalies', {
        params: { query: { ...query, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
}

export function useComparison(state: CompareState) {
  const { left, right, tolerance, parts } = state;
  const query = {
    left: left.nodeId,
    right: right.nodeId === '' ? undefined : right.nodeId,
    left_as_of: left.asOf ?? undefined,
    right_as_of: right.asOf ?? undefined,
    left_environment: left.environment ?? undefined,
    right_environment: right.environment ?? undefined,
    tolerance: tolerance === 0 ? undefined : tolerance,
    parts: parts.length === compareParts.length ? undefined : parts.join(','),
  };
  return useResource(missing(state) === null ? JSON.stringify(query) : null, (signal) =>
    ask(api.GET('/compare', { params: { query }, signal })),
  );
}

export function useEnvironments() {
  return useResource('environments', (signal) => ask(api.GET('/environments', { signal })));
}
