// The partitions of the dataset that is selected in the picture, beside it.
import { useState } from 'react';
import { Interval } from '../../components/Counts';
import { count } from '../../lib/format';
import { partitionsHref, partitionsState } from '../../lib/partitionUrl';
import { Link } from '../../lib/router';
import { PartitionsView } from './PartitionsView';
import { useCounts, usePartitions } from './usePartitions';

export function PartitionsPanel({ nodeId }: { nodeId: string }) {
  const [state, setState] = useState(partitionsState({ nodeId }));
  const grid = usePartitions({ ...state, nodeId });
  const counts = useCounts(nodeId, null);
  const totals = counts.loading ? undefined : counts.data?.totals;
  return (
    <div className="detail">
      {totals && (
        <p className="panel-counts">
          <strong>
            <Interval lower={totals.stale_lower} upper={totals.stale_upper} />
          </strong>{' '}
          stale, <strong>{count(totals.missing)}</strong> missing,{' '}
          <strong>{count(totals.current)}</strong> current
        </p>
      )}
      <PartitionsView
        nodeId={nodeId}
        state={state}
        grid={grid}
        compact
        change={(more) => setState((old) => ({ ...old, ...more }))}
      />
      <p>
        <Link href={partitionsHref(state)}>All about these partitions</Link>
      </p>
    </div>
  );
}
