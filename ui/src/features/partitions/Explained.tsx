// One partition: what it is, who wrote it, and what made it stale.
import type { Schemas } from '../../api/client';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { NodeName, RootCause, RunName } from '../../components/RootCause';
import { StatusMark } from '../../components/Swatch';
import { moment } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import type { Status } from '../../lib/partitionStatus';
import { partitionsHref } from '../../lib/partitionUrl';
import { Link } from '../../lib/router';
import { shortKey } from '../../lib/partitionKey';
import type { Explanation } from './usePartitions';
import { useExplanation } from './usePartitions';

type Verdict = Schemas['PartitionVerdict'];

// Everything that is true of it, the worst first.
export function statusesOf(v: Verdict): { status: Status; text?: string }[] {
  const stale = v.verdict === 'stale';
  const kind = v.code && v.inputs ? 'stale_both' : v.code ? 'stale_code' : 'stale_inputs';
  const all: [boolean, Status, string?][] = [
    [v.failed, 'failed', 'its newest attempt failed'],
    [v.unrecoverable, 'unrecoverable'],
    [v.presence === 'missing', 'missing'],
    [stale, kind],
    [v.verdict === 'unknown', 'unknown'],
    [v.running, 'running'],
    [v.maybe, 'maybe'],
    [v.deferred, 'deferred'],
    [v.open, 'open'],
    [v.presence === 'orphaned', 'orphaned'],
    [v.verdict === 'current', 'current'],
    [v.presence === 'none', 'none'],
  ];
  return all.flatMap(([is, status, text]) => (is ? [{ status, text }] : []));
}

function Way({ way }: { way: Explanation['way'] }) {
  if (way.length === 0) return null;
  return (
    <>
      <h3>The way it came</h3>
      <ol className="stale-way" aria-label="The way it came">
        {way.map((step, i) => (
          <li key={i}>
            <Link href={partitionsHref({ nodeId: step.nodeId, cell: step.key })}>
              {readable(step.nodeId).name}
            </Link>{' '}
            <span className="mono">{step.key === '' ? '' : shortKey(step.key)}</span>
            <span className="quiet">
              {' '}
              written {moment(step.at)} <RunName id={step.run} />
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

function Facts({ e }: { e: Explanation }) {
  const rows: [string, React.ReactNode][] = [];
  if (e.job) rows.push(['Job', <NodeName key="j" id={e.job} />]);
  if (e.run) rows.push(['Run', <RunName key="r" id={e.run} />]);
  if (e.ended_at) rows.push(['Written', moment(e.ended_at)]);
  if (e.interval) {
    rows.push(['For', `${moment(e.interval.start)} to ${moment(e.interval.end)}`]);
  }
  if (rows.length === 0) return <p className="quiet">No run has written it.</p>;
  return (
    <dl className="facts">
      {rows.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Props {
  nodeId: string;
  partition: string; // its key
  environment: string | null;
  bucket: number;
  onClose: () => void;
}

export function Explained({ nodeId, partition, environment, bucket, onClose }: Props) {
  const answer = useExplanation(nodeId, partition, environment);
  const e = answer.loading ? undefined : answer.data;
  return (
    <section className="card explained" aria-label="Partition">
      <header className="card-head">
        <h2>{partition === '' ? 'The only partition' : shortKey(partition)}</h2>
        <button type="button" className="edit-button" onClick={onClose}>
          Close
        </button>
      </header>
      {bucket > 1 && <p className="quiet">The first partition of the cell.</p>}
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {answer.loading && !answer.problem && <Loading what="why" />}
      {e && (
        <>
          <ul className="status-list" aria-label="Status">
            {statusesOf(e).map(({ status, text }) => (
              <li key={status}>
                <StatusMark status={status} text={text} />
              </li>
            ))}
          </ul>
          {e.root && <RootCause root={e.root} />}
          {!e.complete && (
            <p className="note note-warn">The way is longer than what is shown here.</p>
          )}
          <Facts e={e} />
          <Way way={e.way} />
        </>
      )}
    </section>
  );
}
