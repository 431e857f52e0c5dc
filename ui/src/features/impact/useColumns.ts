// The columns of a dataset, to choose from.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { Clocks } from '../../lib/lineageUrl';
import { clockQuery } from '../../lib/lineageUrl';
import { useResource } from '../../lib/useResource';

type Field = Schemas['Field'];

// `nodeId` null: none is needed.
export function useColumns(nodeId: string | null, clocks: Clocks): Field[] {
  const query = nodeId && {
    nodeId,
    depth: 0,
    detail: 'full' as const,
    ...(clockQuery(clocks) as { as_of?: string }),
  };
  const found = useResource(query && JSON.stringify(query), async (signal) => {
    const { graph } = await ask(
      api.GET('/lineage', { params: { query: query! as never }, signal }),
    );
    const node = graph.find((n) => n.type === 'DATASET' && 'fields' in n.data);
    return node ? (node.data as Schemas['Dataset']).fields : [];
  });
  return found.data ?? [];
}
