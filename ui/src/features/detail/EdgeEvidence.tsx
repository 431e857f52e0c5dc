// Why an edge is there: every version of it, with who says so.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import { Chips, Facts, When } from './parts';

interface Props {
  from: string;
  to: string;
  nodeHref: (id: string) => string;
  runHref: (runId: string) => string;
}

const endings: Record<NonNullable<Schemas['EdgeVersion']['end_reason']>, string> = {
  code_version: 'A run under new code no longer shows it.',
  not_seen: 'Several runs under the same code did not show it.',
  declaration: 'A declaration replaced it.',
  snapshot: 'A complete snapshot of its run no longer has it.',
  dataset_deleted: 'The dataset was deleted.',
  job_deleted: 'The job was deleted.',
};

// Two clocks: a version that was superseded tells what was known then, not what was so.
function standing(v: Schemas['EdgeVersion']): string {
  if (v.recorded_to !== null) return `as it was known until record ${v.recorded_to}`;
  return v.current ? 'holds now' : 'does not hold any more';
}

function Version({ v, runHref }: { v: Schemas['EdgeVersion']; runHref: Props['runHref'] }) {
  const { evidence } = v;
  return (
    <li className={v.current ? 'edge-version is-current' : 'edge-version'}>
      <h3>
        {v.kind.replaceAll('_', ' ')} <span className="quiet">{standing(v)}</span>
      </h3>
      {v.end_reason && <p>{endings[v.end_reason] ?? v.end_reason}</p>}
      <Facts
        rows={[
          ['Valid from', <When key="vf" iso={v.valid_from} />],
          ['Valid to', v.valid_to ? <When key="vt" iso={v.valid_to} /> : 'still'],
          ['Seen', `${plural(evidence.count, 'time')}`],
          ['First seen', <When key="fs" iso={evidence.first_seen} />],
          ['Last seen', <When key="ls" iso={evidence.last_seen} />],
          [
            'Recorded',
            `from ${v.recorded_from}${v.recorded_to === null ? '' : ` to ${v.recorded_to}`}`,
          ],
          ['Read from', <Chips key="fa" items={evidence.facets} label="Facets" />],
          ['Producers', <Chips key="pr" items={evidence.producers} label="Producers" />],
          ...(v.via ? ([['Via', readable(v.via).name]] as [string, React.ReactNode][]) : []),
        ]}
      />
      {evidence.runs.length > 0 && (
        <>
          <h4>Latest runs that show it</h4>
          <ul className="run-ids">
            {evidence.runs.map((run) => (
              <li key={run}>
                <Link className="mono" href={runHref(run)}>
                  {run}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </li>
  );
}

interface VersionsProps {
  list: Schemas['EdgeVersion'][];
  runHref: Props['runHref'];
}

function Versions({ list, runHref }: VersionsProps) {
  return (
    <ul className="edge-versions">
      {list.map((v) => (
        <Version key={`${v.kind} ${v.valid_from} ${v.recorded_from}`} v={v} runHref={runHref} />
      ))}
    </ul>
  );
}

export function EdgeEvidence({ from, to, nodeHref, runHref }: Props) {
  const history = useResource(`${from}\n${to}`, (signal) =>
    ask(api.GET('/edges', { params: { query: { from, to } }, signal })),
  );
  const data = history.loading ? undefined : history.data;
  const known = data?.edges.filter((v) => v.recorded_to === null) ?? [];
  const superseded = data?.edges.filter((v) => v.recorded_to !== null) ?? [];
  return (
    <div className="evidence">
      <p className="evidence-ends">
        <Link href={nodeHref(from)}>{readable(from).name}</Link> →{' '}
        <Link href={nodeHref(to)}>{readable(to).name}</Link>
      </p>
      {history.problem && <ProblemNote problem={history.problem} onRetry={history.reload} />}
      {history.loading && <Loading what="evidence" />}
      {data?.edges.length === 0 && (
        <p className="quiet">These two were never connected directly.</p>
      )}
      <Versions list={known} runHref={runHref} />
      {superseded.length > 0 && (
        <details className="superseded">
          <summary>What was known before ({superseded.length})</summary>
          <Versions list={superseded} runHref={runHref} />
        </details>
      )}
    </div>
  );
}
