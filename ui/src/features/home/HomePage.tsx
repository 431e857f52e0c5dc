// The first page: what is here, what went wrong lately, where to look.
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Icon } from '../../components/Icons';
import { Loading, StateMark } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { ago, bytes, count, plural } from '../../lib/format';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import { GettingStarted } from './GettingStarted';

type Stats = Schemas['Stats'];
type Job = Schemas['Job'];

function StatTiles({ stats }: { stats: Stats }) {
  const tiles: [string, string, string?][] = [
    [
      count(stats.datasets),
      'datasets',
      stats.placeholders.datasets ? `${count(stats.placeholders.datasets)} only named` : undefined,
    ],
    [
      count(stats.jobs),
      'jobs',
      stats.placeholders.jobs ? `${count(stats.placeholders.jobs)} only named` : undefined,
    ],
    [count(stats.runs), 'runs'],
    [count(stats.edges_current), 'edges', `${count(stats.edges_total)} with history`],
    [count(stats.namespaces), 'namespaces'],
    [count(stats.events), 'events', `${bytes(stats.size_bytes)} on disk`],
  ];
  return (
    <dl className="tiles" aria-label="What is stored">
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

function firstLine(run: Schemas['Run']): string | null {
  const message = run.facets.errorMessage?.message;
  return typeof message === 'string' ? (message.split('\n')[0] ?? null) : null;
}

function JobRow({ job }: { job: Job }) {
  const run = job.latestRun;
  return (
    <li className="job-row">
      <NodeLink type="JOB" namespace={job.namespace} name={job.name} id={job.nodeId} />
      {run && (
        <Link className="job-run" href={`/runs/${encodeURIComponent(run.id)}`}>
          <StateMark state={run.state} />
          <span className="quiet">{ago(run.endedAt ?? run.startedAt ?? run.updatedAt)}</span>
        </Link>
      )}
      {run?.state === 'FAILED' && firstLine(run) && (
        <span className="job-error mono">{firstLine(run)}</span>
      )}
    </li>
  );
}

function Jobs({
  title,
  states,
  empty,
}: {
  title: string;
  states?: Schemas['RunState'][];
  empty: string;
}) {
  const jobs = useResource(`jobs ${states?.join() ?? ''}`, (signal) =>
    ask(api.GET('/jobs', { params: { query: { limit: 8, lastRunStates: states } }, signal })),
  );
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      {jobs.problem && <ProblemNote problem={jobs.problem} onRetry={jobs.reload} />}
      {!jobs.data && jobs.loading && <Loading what="jobs" />}
      {jobs.data?.jobs.length === 0 && <p className="quiet">{empty}</p>}
      <ul className="job-list">
        {jobs.data?.jobs.map((job) => (
          <JobRow key={job.nodeId} job={job} />
        ))}
      </ul>
    </section>
  );
}

function QuarantineHint({ n }: { n: number }) {
  if (n === 0) return null;
  return (
    <Link className="note note-warn" href="/quarantine">
      <Icon name="warn" size={18} />
      <span>
        <strong>{plural(n, 'event')} in quarantine:</strong> kept, but not applied. See why, and try
        again.
      </span>
      <Icon name="arrow" />
    </Link>
  );
}

export function HomePage({ search }: { search: ReactNode }) {
  const stats = useResource('stats', (signal) => ask(api.GET('/stats', { signal })));
  const empty = stats.data !== undefined && stats.data.events === 0;
  return (
    <main className="page home" id="main">
      <div className="hero">
        <h1>Where does it come from, and what does it feed?</h1>
        {search}
      </div>
      {stats.problem && <ProblemNote problem={stats.problem} onRetry={stats.reload} />}
      {stats.data && <QuarantineHint n={stats.data.quarantined} />}
      {empty && <GettingStarted />}
      {stats.data && !empty && (
        <>
          <StatTiles stats={stats.data} />
          <div className="columns">
            <Jobs
              title="Failing jobs"
              states={['FAILED', 'ABORTED']}
              empty="None: every job's latest run is well."
            />
            <Jobs title="Recent jobs" empty="No job yet." />
          </div>
        </>
      )}
      {!stats.data && stats.loading && <Loading what="the overview" />}
    </main>
  );
}
