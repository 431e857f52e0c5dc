// Which datasets are stale, how much of them, and why.
import { useMemo } from 'react';
import { Interval, ShareBar, sharesOf } from '../../components/Counts';
import { Incomplete } from '../../components/Incomplete';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { NodePicker } from '../../components/NodePicker';
import { ProblemNote } from '../../components/ProblemNote';
import { ReprocessingPage } from '../../components/Reprocessing';
import { RootCause } from '../../components/RootCause';
import { Select } from '../../components/Select';
import { count, moment, plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import { rangeText } from '../../lib/partitionKey';
import type { Scope, StaleStatus, StalenessState } from '../../lib/partitionUrl';
import {
  newPlanHref,
  parseStaleness,
  partitionsHref,
  staleStatuses,
  stalenessHref,
} from '../../lib/partitionUrl';
import { Link, navigate } from '../../lib/router';
import type { Counts, StaleDataset } from './useStaleness';
import { useFirstCause, useStaleness } from './useStaleness';

type Change = (more: Partial<StalenessState>) => void;

const statusTexts: Record<StaleStatus, string> = {
  stale: 'stale',
  missing: 'missing',
  maybe: 'maybe stale',
  failed: 'failed',
  unknown: 'unknown code',
  orphaned: 'orphaned',
  unrecoverable: 'unrecoverable',
};

const scopeTexts: [Scope, string][] = [
  ['node', 'it alone'],
  ['downstream', 'it and what is downstream'],
  ['upstream', 'it and what is upstream'],
];

function Filters({ state, change }: { state: StalenessState; change: Change }) {
  return (
    <div className="filter-row" role="group" aria-label="Filters">
      <NodePicker
        label="Dataset"
        only="DATASET"
        value={state.nodeId ?? ''}
        onChange={(nodeId) => change({ nodeId, open: null })}
      />
      {state.nodeId !== null && (
        <>
          <Select
            label="Show"
            value={state.scope}
            options={scopeTexts}
            onChange={(scope) => change({ scope: scope ?? 'node', open: null })}
          />
          <button
            type="button"
            className="button"
            onClick={() => change({ nodeId: null, scope: 'node', open: null })}
          >
            All datasets
          </button>
        </>
      )}
      <Select
        label="Status"
        value={state.status}
        any="whatever is not current"
        options={staleStatuses.map((s) => [s, statusTexts[s]] as const)}
        onChange={(status) => change({ status, open: null })}
      />
      {state.environment !== null && (
        <span className="filter-chip">
          in {state.environment}{' '}
          <button
            type="button"
            className="edit-button"
            onClick={() => change({ environment: null, open: null })}
          >
            leave
          </button>
        </span>
      )}
    </div>
  );
}

function causeText({ by_code: code, by_inputs: inputs, deferred }: Counts): string {
  const parts = [
    code > 0 ? `code ${count(code)}` : '',
    inputs > 0 ? `inputs ${count(inputs)}` : '',
    deferred > 0 ? `deferred ${count(deferred)}` : '',
  ].filter((text) => text !== '');
  return parts.join(' · ') || '–';
}

function Why({ dataset, environment }: { dataset: StaleDataset; environment: string | null }) {
  const cause = useFirstCause(dataset, environment);
  const e = cause.loading ? undefined : cause.data;
  return (
    <div className="why">
      {cause.problem && <ProblemNote problem={cause.problem} onRetry={cause.reload} />}
      {cause.loading && !cause.problem && <Loading what="why" />}
      {e?.root && <RootCause root={e.root} />}
      {e && !e.root && <p className="quiet">The first of its ranges is not stale for a change.</p>}
      <ul className="range-list" aria-label={`Ranges of ${readable(dataset.nodeId).name}`}>
        {dataset.ranges.map((r) => (
          <li key={`${r.status} ${r.first}`}>
            <Link
              href={partitionsHref({
                nodeId: dataset.nodeId,
                environment,
                from: r.first,
                to: r.last,
              })}
            >
              {rangeText(r.first, r.last)}
            </Link>{' '}
            <span className="quiet">
              {r.status}, {plural(r.count, 'partition')}
            </span>
          </li>
        ))}
        {dataset.ranges_more && <li className="quiet">and more</li>}
      </ul>
      <p className="card-actions">
        <Link className="button" href={newPlanHref({ nodeIds: [dataset.nodeId], environment })}>
          Plan from here
        </Link>
        <Link
          className="button"
          href={stalenessHref({ nodeId: dataset.nodeId, scope: 'downstream', environment })}
        >
          With what is downstream
        </Link>
      </p>
    </div>
  );
}

interface RowProps {
  dataset: StaleDataset;
  state: StalenessState;
  change: Change;
}

function Row({ dataset, state, change }: RowProps) {
  const { nodeId, counts } = dataset;
  const { namespace, name } = readable(nodeId);
  const open = state.open === nodeId;
  return (
    <>
      <tr className={open ? 'is-open' : undefined}>
        <th scope="row">
          <NodeLink
            type="DATASET"
            namespace={namespace}
            name={name}
            href={partitionsHref({ nodeId, environment: state.environment })}
          />
        </th>
        <td className="wide-only">
          <ShareBar shares={sharesOf(counts)} label={name} />
        </td>
        <td className="number">
          <Interval lower={counts.stale_lower} upper={counts.stale_upper} />
        </td>
        <td className="number">{count(counts.missing)}</td>
        <td className="wide-only">{causeText(counts)}</td>
        <td className="number">
          <button
            type="button"
            className="edit-button"
            aria-expanded={open}
            aria-label={`Why ${name}`}
            onClick={() => change({ open: open ? null : nodeId })}
          >
            {open ? 'Close' : 'Why?'}
          </button>
        </td>
      </tr>
      {open && (
        <tr className="detail-row">
          <td colSpan={6}>
            <Why dataset={dataset} environment={state.environment} />
          </td>
        </tr>
      )}
    </>
  );
}

function Table(p: { datasets: StaleDataset[]; state: StalenessState; change: Change }) {
  return (
    <div className="table-card">
      <table className="plain-table staleness-table">
        <thead>
          <tr>
            <th scope="col">Dataset</th>
            <th scope="col" className="wide-only">
              Partitions
            </th>
            <th scope="col" className="number">
              Stale
            </th>
            <th scope="col" className="number">
              Missing
            </th>
            <th scope="col" className="wide-only">
              By
            </th>
            <th scope="col">
              <span className="visually-hidden">Cause</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {p.datasets.map((dataset) => (
            <Row key={dataset.nodeId} dataset={dataset} {...p} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Totals({ totals, at }: { totals: Counts; at: string }) {
  return (
    <section className="totals" aria-label="In all">
      <p role="status">
        <strong>
          <Interval lower={totals.stale_lower} upper={totals.stale_upper} />
        </strong>{' '}
        stale, <strong>{count(totals.missing)}</strong> missing,{' '}
        <strong>{count(totals.current)}</strong> current
        {totals.unrecoverable > 0 && <>, {count(totals.unrecoverable)} unrecoverable</>}{' '}
        <span className="quiet">as of {moment(at)}</span>
      </p>
      <ShareBar shares={sharesOf(totals)} label="All partitions" />
    </section>
  );
}

export function StalenessPage({ params }: { params: URLSearchParams }) {
  const text = params.toString();
  const state = useMemo(() => parseStaleness(new URLSearchParams(text)), [text]);
  const change: Change = (more) => navigate(stalenessHref({ ...state, ...more }));
  const answer = useStaleness(state);
  const first = answer.pages[0];
  // The server lists every dataset that is looked at, also those without such partitions.
  const datasets = answer.pages
    .flatMap((page) => page.datasets)
    .filter((dataset) => dataset.ranges.length > 0);
  return (
    <ReprocessingPage
      here="staleness"
      title="What is stale"
      lead="A partition is stale if a run would make something else of it now. An interval says how many are stale for certain, and how many at most once these have been run."
    >
      <Filters state={state} change={change} />
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!first && answer.loading && <Loading what="what is stale" />}
      {first && (
        <>
          {first.cut?.reason !== 'max_ranges' && <Incomplete answer={first} />}
          <Totals totals={first.totals} at={first.evaluated_at} />
          {datasets.length === 0 ? (
            <p className="note note-good">Nothing: every partition that is expected is current.</p>
          ) : (
            <Table datasets={datasets} state={state} change={change} />
          )}
          {answer.more && (
            <button
              type="button"
              className="button"
              disabled={answer.loading}
              onClick={answer.more}
            >
              Load more
            </button>
          )}
        </>
      )}
    </ReprocessingPage>
  );
}
