// The changes one can ask about.
import type { ImpactKind } from '../../lib/lineageUrl';
import type { NodeType } from '../../lib/nodeId';

export const kinds: Record<NodeType, { kind: ImpactKind; label: string }[]> = {
  DATASET: [
    { kind: 'data', label: 'its data changes' },
    { kind: 'dataset_deleted', label: 'it is deleted' },
    { kind: 'dataset_late', label: 'it is late' },
    { kind: 'column_dropped', label: 'a column is dropped' },
    { kind: 'column_renamed', label: 'a column is renamed' },
    { kind: 'column_retyped', label: 'a column changes its type' },
    { kind: 'column_added', label: 'a column is added' },
  ],
  JOB: [
    { kind: 'code', label: 'its code changes' },
    { kind: 'job_retired', label: 'it no longer runs' },
  ],
  CONSUMER: [], // nothing depends on one
};

// What was asked for, if it makes sense for the node; else the first that does.
export function kindFor(type: NodeType, wanted: ImpactKind | null): ImpactKind {
  const possible = kinds[type].map((k) => k.kind);
  return possible.find((k) => k === wanted) ?? possible[0] ?? 'data';
}
