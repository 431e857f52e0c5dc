// What is asked about the partitions of one dataset.
import { useMemo } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { unescapeKey } from '../../lib/partitionKey';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';
import type { Grid } from './cells';
import { BadGrid, decode } from './cells';
import type { IndexOf } from './keys';

export type GridAnswer = Schemas['PartitionGrid'];
export type SpaceAnswer = Schemas['SpaceAnswer'];
export type Explanation = Schemas['Explanation'];

const mostCells = 1_000_000;

export interface Wanted {
  nodeId: string | null;
  environment: string | null;
  first: string | null;
  last: string | null;
}

function useGridAnswer({ nodeId, environment, first, last }: Wanted): Resource<GridAnswer> {
  const key = nodeId === null ? null : JSON.stringify(['grid', nodeId, environment, first, last]);
  const query = {
    nodeId: nodeId ?? '',
    max_cells: mostCells,
    environment: environment ?? undefined,
    first: first ?? undefined,
    last: last ?? undefined,
  };
  return useResource(key, (signal) =>
    ask(api.GET('/partitions/grid', { params: { query }, signal })),
  );
}

export function useSpace(nodeId: string | null): Resource<SpaceAnswer> {
  return useResource(nodeId, (signal) =>
    ask(api.GET('/partitions/space', { params: { query: { nodeId: nodeId ?? '' } }, signal })),
  );
}

export function useExplanation(
  nodeId: string,
  key: string | null,
  environment: string | null,
): Resource<Explanation> {
  const asked = key === null ? null : JSON.stringify([nodeId, key, environment]);
  return useResource(asked, (signal) =>
    ask(
      api.GET('/partitions/explain', {
        params: { query: { nodeId, key: key ?? '', environment: environment ?? undefined } },
        signal,
      }),
    ),
  );
}

// The dimension that the columns count along, as docs/partition-rules.md chooses it.
function indexDimension(space: SpaceAnswer['space']) {
  const all = space?.dimensions ?? [];
  const alone = all.length === 1 ? all[0] : undefined;
  return all.find((d) => d.kind === 'time') ?? all.find((d) => d.kind === 'integer') ?? alone;
}

export interface Partitions {
  grid: Grid;
  index: IndexOf;
  ticks: GridAnswer['index']['ticks'];
  bucket: number;
}

// "date=2026-10-01" or the value alone.
function withoutName(end: GridAnswer['index']['first']): GridAnswer['index']['first'] {
  return end && { ...end, key: unescapeKey(end.key.slice(end.key.indexOf('=') + 1)) };
}

export function partitionsOf(answer: GridAnswer, space: SpaceAnswer | undefined): Partitions {
  const { index, bucket } = answer;
  const dimension = indexDimension(space?.space ?? null);
  return {
    grid: decode(Math.ceil(index.count / bucket), answer.legend, answer.lanes),
    index: {
      kind: index.kind,
      granularity: index.granularity,
      zone: index.zone,
      first: withoutName(index.first),
      count: index.count,
      name: dimension?.name ?? null,
      step: dimension?.step ?? 1,
      keys: dimension?.kind === 'static' ? dimension.keys : null,
    },
    ticks: index.ticks,
    bucket,
  };
}

// The partitions of one dataset in numbers.
export function useCounts(
  nodeId: string | null,
  environment: string | null,
): Resource<Schemas['StalenessAnswer']> {
  const key = nodeId === null ? null : JSON.stringify(['counts', nodeId, environment]);
  const query = {
    nodeId: nodeId ?? '',
    scope: 'node' as const,
    ranges: false,
    environment: environment ?? undefined,
  };
  return useResource(key, (signal) => ask(api.GET('/staleness', { params: { query }, signal })));
}

export interface GridState {
  partitions: Partitions | null;
  answer: GridAnswer | undefined;
  space: Resource<SpaceAnswer>;
  resource: Resource<GridAnswer>;
  defect: string | null; // the answer does not add up
}

export function usePartitions(wanted: Wanted): GridState {
  const resource = useGridAnswer(wanted);
  const space = useSpace(wanted.nodeId);
  const answer = resource.loading ? undefined : resource.data;
  const cut = space.loading ? undefined : space.data;
  const decoded = useMemo(() => {
    if (!answer || (!cut && !space.problem)) return { partitions: null, defect: null };
    try {
      return { partitions: partitionsOf(answer, cut), defect: null };
    } catch (error) {
      if (error instanceof BadGrid) return { partitions: null, defect: error.message };
      throw error;
    }
  }, [answer, cut, space.problem]);
  return { ...decoded, answer, space, resource };
}
