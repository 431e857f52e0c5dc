// Small pictures for tests.
import { nodeTypeOf } from '../../lib/nodeId';
import type { Layout, LayoutNode } from './geometry';

export function node(id: string, x: number, y: number, more: Partial<LayoutNode> = {}): LayoutNode {
  const [, namespace = '', name = ''] = id.split(':');
  return {
    id,
    type: nodeTypeOf(id),
    label: id.startsWith('consumer:') ? id.split(':').slice(2).join(':') : name,
    sublabel: namespace,
    x,
    y,
    width: 200,
    height: 50,
    layer: 0,
    distance: 0,
    placeholder: false,
    state: null,
    hidden_upstream: 0,
    hidden_downstream: 0,
    ...more,
  };
}

type Edge = [from: string, to: string, kind?: Layout['edges'][number]['kind']];

export function layoutOf(nodes: LayoutNode[], edges: Edge[], more: Partial<Layout> = {}): Layout {
  return {
    root: nodes[0]?.id ?? '',
    nodes,
    edges: edges.map(([source, target, kind]) => ({
      id: `${source}>${target}`,
      source,
      target,
      kind: kind ?? (target.startsWith('job:') ? 'reads' : 'writes'),
      points: [
        [0, 0],
        [10, 10],
      ],
      back: false,
    })),
    width: 1000,
    height: 1000,
    as_of: '2026-10-01T00:00:00.000000Z',
    seq: 1,
    complete: true,
    cut: null,
    ...more,
  };
}
