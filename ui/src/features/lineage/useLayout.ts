// The picture that an address asks for.
import { api, ask } from '../../api/client';
import type { Schemas } from '../../api/client';
import type { LineageState } from '../../lib/lineageUrl';
import {
  clockQuery,
  clocksOf,
  comparison,
  defaultMaxColumns,
  defaultMaxNodes,
} from '../../lib/lineageUrl';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';
import type { Layout } from './geometry';

// `state` null: another picture is shown.
export function useLayout(state: LineageState | null): Resource<Layout> {
  const compared = state && comparison(state);
  const query = state && {
    nodeId: state.node,
    depth: state.depth,
    direction: state.direction,
    expand: state.expand.length > 0 ? state.expand : undefined,
    max_nodes: state.maxNodes ?? defaultMaxNodes,
    ...clockQuery(clocksOf(state)),
    ...(compared ? { as_of: compared.to ?? undefined, compare_to: compared.from } : {}),
  };
  return useResource(query && JSON.stringify(query), (signal) =>
    ask(api.GET('/lineage/layout', { params: { query: query! }, signal })),
  );
}

export type ColumnLayout = Schemas['ColumnLineageLayout'];

export function useColumnLayout(state: LineageState | null): Resource<ColumnLayout> {
  const query = state && {
    nodeId: state.node,
    depth: state.depth,
    direction: state.direction,
    max_columns: state.maxColumns ?? defaultMaxColumns,
    ...clockQuery(clocksOf(state)),
  };
  return useResource(query && JSON.stringify(query), (signal) =>
    ask(api.GET('/column-lineage/layout', { params: { query: query! }, signal })),
  );
}
