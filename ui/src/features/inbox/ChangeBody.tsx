// One change in full: what it makes stale, what was decided, what can be decided.
import { useState } from 'react';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { Signed } from '../../components/Signed';
import { count, moment, plural } from '../../lib/format';
import { lineageHref } from '../../lib/lineageUrl';
import { isoOf } from '../../lib/moments';
import { readable } from '../../lib/nodeId';
import { rangeText } from '../../lib/partitionKey';
import { newPlanHref, partitionsHref } from '../../lib/partitionUrl';
import { Link } from '../../lib/router';
import { DecisionForm } from './DecisionForm';
import type { ChangeDetail } from './useInbox';
import { revoke, useChange } from './useInbox';
import { decisionText } from './words';

const minute = 60_000;

// The picture of the moment before beside that of the moment after.
function diffHref(change: ChangeDetail): string {
  const before = isoOf(Date.parse(change.at) - minute);
  return lineageHref(change.nodeId, { panel: 'changes', compareTo: before, asOf: change.at });
}

function Links({ change }: { change: ChangeDetail }) {
  return (
    <p className="card-actions">
      <Link className="button" href={lineageHref(change.nodeId)}>
        Lineage
      </Link>
      <Link className="button" href={diffHref(change)}>
        What changed then
      </Link>
      <Link className="button" href={newPlanHref({ changes: [change.id] })}>
        Plan for this change
      </Link>
    </p>
  );
}

function Affected({ change }: { change: ChangeDetail }) {
  return (
    <section aria-label="What it makes stale">
      <h3>What it makes stale</h3>
      {change.affected.length === 0 && <p className="quiet">Nothing.</p>}
      <ul className="affected-list">
        {change.affected.map(({ nodeId, counts, ranges, ranges_more: more }) => (
          <li key={nodeId}>
            <Link href={partitionsHref({ nodeId })}>{readable(nodeId).name}</Link>{' '}
            <span className="quiet">
              {count(counts.stale)} stale{counts.maybe > 0 && `, ${count(counts.maybe)} maybe`}
            </span>
            <span className="affected-ranges">
              {ranges.slice(0, 6).map((r) => (
                <Link
                  key={`${r.status} ${r.first}`}
                  className="chip"
                  href={partitionsHref({ nodeId, from: r.first, to: r.last })}
                >
                  {rangeText(r.first, r.last)}
                </Link>
              ))}
              {(more || ranges.length > 6) && <span className="quiet">and more</span>}
            </span>
          </li>
        ))}
      </ul>
      {change.unaffected.length > 0 && (
        <p className="quiet">
          By column lineage not affected:{' '}
          {change.unaffected.map((id) => readable(id).name).join(', ')}.
        </p>
      )}
    </section>
  );
}

function Undo({ change, onDecided }: { change: ChangeDetail; onDecided: () => void }) {
  const [open, setOpen] = useState(false);
  if (!change.decision) return null;
  if (!open) {
    return (
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Undo
      </button>
    );
  }
  return (
    <Signed
      label="Undo the decision"
      submit="Undo the decision"
      onCancel={() => setOpen(false)}
      send={async ({ author, reason }) => {
        await revoke(change.id, author, reason);
        setOpen(false);
        onDecided();
      }}
    />
  );
}

function Decided({ change, onDecided }: { change: ChangeDetail; onDecided: () => void }) {
  const { decision } = change;
  const older = change.history.filter((d) => d.seq !== decision?.seq);
  return (
    <section aria-label="Decision">
      <h3>Decision</h3>
      {decision ? (
        <div className="decided">
          <p>
            <strong>{decisionText(decision)}</strong>{' '}
            <span className="quiet">{moment(decision.at)}</span>
            {decision.reason !== null && <q className="decided-why">{decision.reason}</q>}
          </p>
          <Undo change={change} onDecided={onDecided} />
        </div>
      ) : (
        <p className="quiet">None yet: it counts as material.</p>
      )}
      <DecisionForm change={change} onDecided={onDecided} />
      {older.length > 0 && (
        <details className="history">
          <summary>{plural(older.length, 'earlier decision')}</summary>
          <ul>
            {older.map((d) => (
              <li key={d.seq}>
                {decisionText(d)} <span className="quiet">{moment(d.at)}</span>
                {d.revoked_by !== null && <span className="quiet"> · no longer in force</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

export function ChangeBody({ id, onDecided }: { id: string; onDecided: () => void }) {
  const change = useChange(id);
  const data = change.data?.id === id ? change.data : undefined;
  const decided = () => {
    change.reload();
    onDecided();
  };
  return (
    <div className="change-body">
      {change.problem && <ProblemNote problem={change.problem} onRetry={change.reload} />}
      {!data && !change.problem && <Loading what="the change" />}
      {data && (
        <>
          <Links change={data} />
          <Affected change={data} />
          <Decided change={data} onDecided={decided} />
        </>
      )}
    </div>
  );
}
