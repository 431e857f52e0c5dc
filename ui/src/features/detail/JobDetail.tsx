import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading, StateMark } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { duration, plural } from '../../lib/format';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import { owners, sourceCode, sql, webUrl } from './facetReads';
import type { NodeDetailProps } from './NodeDetail';
import { Chips, Facts, Neighbours, Section, When } from './parts';

type Job = Schemas['Job'];

function LatestRuns({ job, runHref }: { job: Job; runHref: (id: string) => string }) {
  if (job.latestRuns.length === 0) return <p className="quiet">It has not run yet.</p>;
  return (
    <ul className="latest-runs">
      {job.latestRuns.slice(0, 5).map((run) => (
        <li key={run.id}>
          <Link href={runHref(run.id)}>
            <StateMark state={run.state} />
            <When iso={run.startedAt ?? run.createdAt} />
            <span className="quiet">{duration(run.durationMs)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Versions({ job }: { job: Job }) {
  const path = { namespace: job.namespace, job: job.name };
  const versions = useResource(`${path.namespace}\n${path.job}`, (signal) =>
    ask(
      api.GET('/namespaces/{namespace}/jobs/{job}/versions', {
        params: { path, query: { limit: 10 } },
        signal,
      }),
    ),
  );
  if (versions.problem) return <ProblemNote problem={versions.problem} />;
  if (!versions.data || versions.loading) return <Loading what="versions" />;
  if (versions.data.versions.length === 0) return <p className="quiet">None yet.</p>;
  return (
    <ul className="versions">
      {versions.data.versions.map((v) => (
        <li key={v.version}>
          <span className="mono">{v.version.slice(0, 8)}</span>
          <When iso={v.createdAt} />
          <span className="quiet">
            {plural(v.inputs.length, 'input')}, {plural(v.outputs.length, 'output')}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function JobDetail({ job, ...p }: NodeDetailProps & { job: Job }) {
  const code = sourceCode(job.facets);
  const link = webUrl(code.url ?? job.location);
  const query = sql(job.facets);
  const rows: [string, React.ReactNode][] = [
    ['Type', job.type],
    ['Latest run', job.latestRun ? <StateMark key="s" state={job.latestRun.state} /> : '–'],
    ['Owners', <Chips key="o" items={owners(job.facets).map((o) => o.name)} label="Owners" />],
    ['First seen', <When key="f" iso={job.createdAt} />],
    ['Last event', <When key="u" iso={job.updatedAt} />],
  ];
  if (job.parentJobName) rows.push(['Part of', job.parentJobName]);
  if (link) {
    rows.push([
      'Code',
      <a key="c" href={link} rel="noreferrer">
        {code.version ?? link}
      </a>,
    ]);
  }
  return (
    <>
      {job.placeholder && (
        <p className="note note-plain">Only named by others so far: it sent nothing itself.</p>
      )}
      {job.description && <p className="about">{job.description}</p>}
      <Facts rows={rows} />
      <Section title="Latest runs">
        <LatestRuns job={job} runHref={p.runHref} />
      </Section>
      <Section title="Neighbours">
        <Neighbours {...p} />
      </Section>
      {query && (
        <Section title="SQL">
          <pre className="code">{query}</pre>
        </Section>
      )}
      <Section title="Versions">
        <Versions job={job} />
      </Section>
    </>
  );
}
