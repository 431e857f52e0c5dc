// The partitions of one dataset: how many are how, where, and why.
import { useMemo } from 'react';
import { Interval, ShareBar, sharesOf } from '../../components/Counts';
import { NodePicker } from '../../components/NodePicker';
import { ProblemNote } from '../../components/ProblemNote';
import { Ways } from '../../components/Reprocessing';
import type { Schemas } from '../../api/client';
import { count } from '../../lib/format';
import { lineageHref } from '../../lib/lineageUrl';
import { readable } from '../../lib/nodeId';
import type { PartitionsState } from '../../lib/partitionUrl';
import { newPlanHref, parsePartitions, partitionsHref } from '../../lib/partitionUrl';
import { Link, navigate } from '../../lib/router';
import { Cut } from './Cut';
import { Unattributed } from './Unattributed';
import { PartitionsView } from './PartitionsView';
import { useCounts, usePartitions } from './usePartitions';

export function Tiles({ counts }: { counts: Schemas['PartitionCounts'] }) {
  const tiles: [React.ReactNode, string, string?][] = [
    [count(counts.current), 'current'],
    [
      <Interval key="s" lower={counts.stale_lower} upper={counts.stale_upper} />,
      'stale',
      counts.stale > 0
        ? `${count(counts.by_code)} by code, ${count(counts.by_inputs)} by inputs`
        : undefined,
    ],
    [count(counts.missing), 'missing'],
    [count(counts.unknown), 'unknown code'],
    [count(counts.failed), 'failed', counts.running > 0 ? `${counts.running} running` : undefined],
    [count(counts.unrecoverable), 'unrecoverable'],
  ];
  return (
    <dl className="tiles" aria-label="Partitions in numbers">
      {tiles.map(([number, what, more]) => (
        <div className="tile" key={what}>
          <dt>{what}</dt>
          <dd>
            <span className="tile-number">{number}</span>
            {more && <span className="tile-more">{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Dataset({ nodeId, state }: { nodeId: string; state: PartitionsState }) {
  const grid = usePartitions({ ...state, nodeId });
  const counts = useCounts(nodeId, state.environment);
  const change = (more: Partial<PartitionsState>) => {
    const replace = 'from' in more && state.from !== null && more.from !== null;
    navigate(partitionsHref({ ...state, ...more }), { replace });
  };
  const totals = counts.loading ? undefined : counts.data?.totals;
  return (
    <>
      {counts.problem && !grid.resource.problem && (
        <ProblemNote problem={counts.problem} onRetry={counts.reload} />
      )}
      {totals && <Tiles counts={totals} />}
      {totals && <ShareBar shares={sharesOf(totals)} label="Partitions" />}
      <Unattributed nodeId={nodeId} />
      <section className="card heat-card" aria-label="Heat map">
        <PartitionsView nodeId={nodeId} state={state} grid={grid} change={change} />
      </section>
      <Cut nodeId={nodeId} space={grid.space} />
    </>
  );
}

function Links({ nodeId, environment }: { nodeId: string; environment: string | null }) {
  return (
    <p className="page-links">
      <Link className="button" href={lineageHref(nodeId)}>
        Lineage
      </Link>
      <Link className="button" href={newPlanHref({ nodeIds: [nodeId], environment })}>
        Plan from here
      </Link>
    </p>
  );
}

export function PartitionsPage({ params }: { params: URLSearchParams }) {
  const text = params.toString();
  const state = useMemo(() => parsePartitions(new URLSearchParams(text)), [text]);
  const { nodeId, environment } = state;
  const name = nodeId === null ? null : readable(nodeId);
  return (
    <main className="page page-wide" id="main">
      <Ways here={null} />
      <header className="page-head">
        <div>
          <h1>{name ? name.name : 'Partitions'}</h1>
          {name && (
            <p className="quiet">
              {name.namespace}
              {environment !== null && `, in the environment ${environment}`}
            </p>
          )}
        </div>
        <NodePicker
          label="Dataset"
          only="DATASET"
          value={nodeId ?? ''}
          onChange={(id) => navigate(partitionsHref({ nodeId: id, environment }))}
        />
        {nodeId !== null && <Links nodeId={nodeId} environment={environment} />}
      </header>
      {nodeId === null ? (
        <p className="lead">
          Choose a dataset to see its partitions, or begin with{' '}
          <Link href="/staleness">what is stale</Link>.
        </p>
      ) : (
        <Dataset key={nodeId} nodeId={nodeId} state={state} />
      )}
    </main>
  );
}
