import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading, StateMark } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { duration, plural } from '../../lib/format';
import type { Clocks } from '../../lib/lineageUrl';
import { clockQuery } from '../../lib/lineageUrl';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import { Description, Owners, Tags } from './Annotations';
import { sourceCode, sql, webUrl } from './facetReads';
import type { Changed, NodeDetailProps } from './NodeDetail';
import { Facts, Neighbours, Section, When } from './parts';

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

function Versions({ job, clocks }: { job: Job; clocks: Clocks }) {
  const path = { namespace: job.namespace, job: job.name };
  const versions = useResource(JSON.stringify([path, clocks]), (signal) =>
    ask(
      api.GET('/namespaces/{namespace}/jobs/{job}/versions', {
        params: { path, query: { limit: 10, ...clockQuery(clocks) } },
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

export function JobDetail({ job, ...p }: NodeDetailProps & { job: Job } & Changed) {
  const annotated = {
    nodeId: job.nodeId,
    asOf: p.asOf,
    knownAt: p.knownAt,
    description: job.description,
    owners: job.owners,
    tags: job.tags,
    annotations: job.annotations,
    onChanged: p.onChanged,
  };
  const code = sourceCode(job.facets);
  const link = webUrl(code.url ?? job.location);
  const query = sql(job.facets);
  const rows: [string, React.ReactNode][] = [
    ['Type', job.type],
    ['Latest run', job.latestRun ? <StateMark key="s" state={job.latestRun.state} /> : '–'],
    ['Owners', <Owners key="o" {...annotated} />],
    ['Tags', <Tags key="t" {...annotated} />],
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
      <Description {...annotated} />
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
        <Versions job={job} clocks={{ asOf: p.asOf, knownAt: p.knownAt }} />
      </Section>
    </>
  );
}
