// The runs of a job, newest first, with a bar for how long each took.
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading, StateMark } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { duration, moment } from '../../lib/format';
import type { Clocks } from '../../lib/lineageUrl';
import { clockQuery } from '../../lib/lineageUrl';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';

interface Props {
  namespace: string;
  job: string;
  clocks?: Clocks;
  runHref: (id: string) => string;
}

const step = 25;

const now: Clocks = { asOf: null, knownAt: null };

export function RunList({ namespace, job, clocks = now, runHref }: Props) {
  const [limit, setLimit] = useState(step);
  const runs = useResource(JSON.stringify([namespace, job, limit, clocks]), (signal) =>
    ask(
      api.GET('/namespaces/{namespace}/jobs/{job}/runs', {
        params: { path: { namespace, job }, query: { limit, ...clockQuery(clocks) } },
        signal,
      }),
    ),
  );
  if (runs.problem) return <ProblemNote problem={runs.problem} onRetry={runs.reload} />;
  if (!runs.data) return <Loading what="runs" />;
  const list: Schemas['Run'][] = runs.data.runs;
  if (list.length === 0) return <p className="quiet">It has not run yet.</p>;
  const longest = Math.max(1, ...list.map((run) => run.durationMs ?? 0));
  return (
    <>
      <ul className="run-list">
        {list.map((run) => (
          <li key={run.id}>
            <Link href={runHref(run.id)}>
              <StateMark state={run.state} />
              <span>{moment(run.startedAt ?? run.createdAt)}</span>
              <span className="run-bar" aria-hidden>
                <span
                  className={`run-bar-fill state-fill-${run.state.toLowerCase()}`}
                  style={{ width: `${((run.durationMs ?? 0) / longest) * 100}%` }}
                />
              </span>
              <span className="quiet">{duration(run.durationMs)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {runs.data.totalCount > list.length && (
        <button
          type="button"
          className="button"
          disabled={runs.loading || limit >= 1000}
          onClick={() => setLimit((n) => Math.min(1000, n * 2))}
        >
          More ({list.length} of {runs.data.totalCount})
        </button>
      )}
    </>
  );
}
