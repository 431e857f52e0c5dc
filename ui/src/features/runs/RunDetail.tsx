// One run: how it went, what it read and wrote, and why it failed.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Facets } from '../../components/Facets';
import { Loading, StateMark } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { count, duration, moment } from '../../lib/format';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';

type Run = Schemas['Run'];

function statistics(facets: Schemas['Facets']): string | null {
  const facet = facets.outputStatistics ?? facets.inputStatistics;
  const rows = facet?.rowCount;
  return typeof rows === 'number' ? `${count(rows)} rows` : null;
}

function Datasets({ title, items }: { title: string; items: Schemas['RunDataset'][] }) {
  return (
    <section className="detail-section">
      <h3>
        {title} ({items.length})
      </h3>
      {items.length === 0 && <p className="quiet">None reported.</p>}
      <ul className="run-datasets">
        {items.map(({ datasetVersionId: { namespace, name }, facets }) => (
          <li key={`${namespace} ${name}`}>
            <NodeLink type="DATASET" namespace={namespace} name={name} />
            <span className="quiet">{statistics(facets)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ErrorMessage({ facet }: { facet: Schemas['Facet'] | undefined }) {
  if (!facet || typeof facet.message !== 'string') return null;
  return (
    <section className="run-error" aria-label="Error message">
      <pre>{facet.message}</pre>
      {typeof facet.stackTrace === 'string' && (
        <details>
          <summary>Stack trace</summary>
          <pre>{facet.stackTrace}</pre>
        </details>
      )}
    </section>
  );
}

function Times({ run }: { run: Run }) {
  const rows: [string, string][] = [
    ['Started', moment(run.startedAt)],
    ['Ended', run.endedAt ? moment(run.endedAt) : '–'],
    ['Took', duration(run.durationMs)],
  ];
  if (run.nominalStartTime) rows.push(['For', moment(run.nominalStartTime)]);
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function RunDetail({ id, runHref }: { id: string; runHref: (id: string) => string }) {
  const run = useResource(id, (signal) =>
    ask(api.GET('/jobs/runs/{id}', { params: { path: { id } }, signal })),
  );
  if (run.problem) return <ProblemNote problem={run.problem} onRetry={run.reload} />;
  if (!run.data || run.loading) return <Loading what="the run" />;
  const { jobVersion, state, parentRunId, facets } = run.data;
  return (
    <article className="detail run-detail" aria-label={`Run ${id}`}>
      <p className="run-head">
        <StateMark state={state} />
        <span className="mono run-id">{id}</span>
      </p>
      <NodeLink type="JOB" namespace={jobVersion.namespace} name={jobVersion.name} />
      <ErrorMessage facet={facets.errorMessage} />
      <Times run={run.data} />
      {parentRunId && (
        <p>
          Started by run{' '}
          <Link className="mono" href={runHref(parentRunId)}>
            {parentRunId}
          </Link>
        </p>
      )}
      <Datasets title="Inputs" items={run.data.inputDatasetVersions} />
      <Datasets title="Outputs" items={run.data.outputDatasetVersions} />
      <section className="detail-section">
        <h3>Run facets</h3>
        <Facets facets={facets} skip={['errorMessage']} />
      </section>
    </article>
  );
}
