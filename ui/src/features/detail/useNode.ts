// All that is known of the node with an id. The id is resolved by the server, which knows where the
// namespace ends; a hint from the picture saves that request.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { NodeType } from '../../lib/nodeId';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export interface NodeName {
  type: NodeType;
  namespace: string;
  name: string;
}

export type NodeData =
  { type: 'DATASET'; dataset: Schemas['Dataset'] } | { type: 'JOB'; job: Schemas['Job'] };

export async function resolveNode(id: string, signal: AbortSignal): Promise<NodeName> {
  const { graph } = await ask(
    api.GET('/lineage', {
      params: { query: { nodeId: id, depth: 0, detail: 'summary' } },
      signal,
    }),
  );
  const type = /^(job|run):/.test(id) ? 'JOB' : 'DATASET';
  const found = graph.find((n) => n.id === id) ?? graph.find((n) => n.type === type) ?? graph[0];
  if (!found) throw new Error(`no node ${id}`);
  return { type: found.type, namespace: found.data.namespace, name: found.data.name };
}

async function fetchNode(
  id: string,
  hint: NodeName | null,
  asOf: string | null,
  signal: AbortSignal,
): Promise<NodeData> {
  const { type, namespace, name } = hint ?? (await resolveNode(id, signal));
  const query = { as_of: asOf ?? undefined };
  if (type === 'JOB') {
    const path = { namespace, job: name };
    const job = await ask(
      api.GET('/namespaces/{namespace}/jobs/{job}', { params: { path, query }, signal }),
    );
    return { type, job };
  }
  const path = { namespace, dataset: name };
  const dataset = await ask(
    api.GET('/namespaces/{namespace}/datasets/{dataset}', { params: { path, query }, signal }),
  );
  return { type, dataset };
}

export function useNode(
  id: string,
  hint: NodeName | null,
  asOf: string | null,
): Resource<NodeData> {
  return useResource(`${id}\n${asOf ?? ''}`, (signal) => fetchNode(id, hint, asOf, signal));
}
