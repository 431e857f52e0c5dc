// The picture that an address asks for.
import { api, ask } from '../../api/client';
import type { LineageState } from '../../lib/lineageUrl';
import { defaultMaxNodes } from '../../lib/lineageUrl';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';
import type { Layout } from './geometry';

export function useLayout(state: LineageState): Resource<Layout> {
  const query = {
    nodeId: state.node,
    depth: state.depth,
    direction: state.direction,
    expand: state.expand.length > 0 ? state.expand : undefined,
    max_nodes: state.maxNodes ?? defaultMaxNodes,
    as_of: state.asOf ?? undefined,
  };
  return useResource(JSON.stringify(query), (signal) =>
    ask(api.GET('/lineage/layout', { params: { query }, signal })),
  );
}
