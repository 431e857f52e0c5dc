// The changes one can ask about.
import type { ImpactKind } from '../../lib/lineageUrl';
import type { NodeType } from '../../lib/nodeId';

export const kinds: Record<NodeType, { kind: ImpactKind; label: string }[]> = {
  DATASET: [
    { kind: 'data', label: 'its data changes' },
    { kind: 'dataset_deleted', label: 'it is deleted' },
  ],
  JOB: [
    { kind: 'code', label: 'its code changes' },
    { kind: 'job_retired', label: 'it no longer runs' },
  ],
};

// What was asked for, if it makes sense for the node; else the first that does.
export function kindFor(type: NodeType, wanted: ImpactKind | null): ImpactKind {
  const possible = kinds[type].map((k) => k.kind);
  return possible.find((k) => k === wanted) ?? possible[0] ?? 'data';
}
