// All that is known of the node with an id. The id is resolved by the server, which knows where the
// namespace ends; a hint from the picture saves that request.
import type { Schemas } from '../../api/client';
import { api, ask, fitsIntoPath } from '../../api/client';
import type { Clocks } from '../../lib/lineageUrl';
import { clockQuery } from '../../lib/lineageUrl';
import type { NodeType } from '../../lib/nodeId';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export interface NodeName {
  type: Exclude<NodeType, 'CONSUMER'>;
  namespace: string;
  name: string;
}

export type NodeData =
  { type: 'DATASET'; dataset: Schemas['Dataset'] } | { type: 'JOB'; job: Schemas['Job'] };

type LineageNode = Schemas['LineageNode'];

async function atNode(
  id: string,
  detail: 'full' | 'summary',
  clocks: Clocks,
  signal: AbortSignal,
): Promise<LineageNode> {
  const query = { nodeId: id, depth: 0, detail, ...clockQuery(clocks) };
  const { graph } = await ask(api.GET('/lineage', { params: { query }, signal }));
  const type = /^(job|run):/.test(id) ? 'JOB' : 'DATASET';
  const found = graph.find((n) => n.id === id) ?? graph.find((n) => n.type === type) ?? graph[0];
  if (!found) throw new Error(`no node ${id}`);
  return found;
}

async function resolveNode(id: string, clocks: Clocks, signal: AbortSignal): Promise<NodeName> {
  const { type, data } = await atNode(id, 'summary', clocks, signal);
  if (type === 'CONSUMER') throw new Error(`${id} is a consumer`);
  return { type, namespace: data.namespace, name: data.name };
}

async function fetchNode(
  id: string,
  hint: NodeName | null,
  clocks: Clocks,
  signal: AbortSignal,
): Promise<NodeData> {
  const { type, namespace, name } = hint ?? (await resolveNode(id, clocks, signal));
  if (!fitsIntoPath(namespace) || !fitsIntoPath(name)) {
    const { data } = await atNode(id, 'full', clocks, signal);
    return type === 'JOB'
      ? { type, job: data as Schemas['Job'] }
      : { type, dataset: data as Schemas['Dataset'] };
  }
  const query = clockQuery(clocks);
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
  { asOf, knownAt }: Clocks,
): Resource<NodeData> {
  return useResource(JSON.stringify([id, asOf, knownAt]), (signal) =>
    fetchNode(id, hint, { asOf, knownAt }, signal),
  );
}
