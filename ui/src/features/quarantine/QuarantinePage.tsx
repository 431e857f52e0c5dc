// Events that could not be applied: why, what was sent, and another try.
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { api, ApiProblem, ask } from '../../api/client';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { moment, plural } from '../../lib/format';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';

type Item = Schemas['QuarantineItem'];

function Raw({ seq }: { seq: number }) {
  const event = useResource(String(seq), (signal) =>
    ask(api.GET('/quarantine/{seq}', { params: { path: { seq } }, signal })),
  );
  if (event.problem) return <ProblemNote problem={event.problem} />;
  if (!event.data) return <Loading what="the event" />;
  const { event: sent } = event.data;
  return (
    <pre className="code" tabIndex={0} aria-label={`Event ${seq} as it was sent`}>
      {typeof sent === 'string' ? sent : JSON.stringify(sent, null, 2)}
    </pre>
  );
}

type Outcome = { receipt: Schemas['Receipt'] } | { problem: ApiProblem };

function Result({ outcome }: { outcome: Outcome }) {
  if ('problem' in outcome) return <ProblemNote problem={outcome.problem} />;
  const { receipt } = outcome;
  return (
    <p className="note note-good" role="status">
      Applied as {receipt.seq} ({receipt.status}): {plural(receipt.nodes_added, 'node')} and{' '}
      {plural(receipt.edges_added, 'edge')} added.
    </p>
  );
}

function Entry({ item, onReplayed }: { item: Item; onReplayed: () => void }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const replay = async () => {
    setBusy(true);
    try {
      const path = { seq: item.seq };
      setOutcome({
        receipt: await ask(api.POST('/quarantine/{seq}/replay', { params: { path } })),
      });
      onReplayed();
    } catch (error) {
      if (error instanceof ApiProblem) setOutcome({ problem: error });
      else throw error;
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="quarantine-item">
      <div className="quarantine-head">
        <span className="mono quarantine-seq">{item.seq}</span>
        <div className="quarantine-why">
          <strong>{item.reason}</strong>
          <span className="quiet">
            {item.pointer && <span className="mono">at {item.pointer} · </span>}
            {moment(item.received_at)}
            {item.producer && ` · ${item.producer}`}
          </span>
        </div>
        {item.replayed_as !== null ? (
          <span className="state state-completed">applied as {item.replayed_as}</span>
        ) : (
          <button type="button" className="button" disabled={busy} onClick={() => void replay()}>
            {busy ? 'Trying …' : 'Replay'}
          </button>
        )}
        <button
          type="button"
          className="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide event' : 'Show event'}
        </button>
      </div>
      {outcome && <Result outcome={outcome} />}
      {open && <Raw seq={item.seq} />}
    </li>
  );
}

export function QuarantinePage() {
  const [limit, setLimit] = useState(50);
  const list = useResource(`quarantine ${limit}`, (signal) =>
    ask(api.GET('/quarantine', { params: { query: { limit } }, signal })),
  );
  const events = list.data?.events ?? [];
  return (
    <main className="page" id="main">
      <h1>Quarantine</h1>
      <p className="lead">
        What could not be applied is kept here word for word. Replay it when a newer version
        understands it; what is wrong in the event itself has to be mended by its producer and sent
        again. <Link href="/events">Events that were applied</Link> are on their own page.
      </p>
      {list.problem && <ProblemNote problem={list.problem} onRetry={list.reload} />}
      {!list.data && list.loading && <Loading what="the quarantine" />}
      {list.data && events.length === 0 && (
        <p className="note note-good">Empty: every event could be applied.</p>
      )}
      <ul className="quarantine-list" aria-label="Quarantined events">
        {events.map((item) => (
          <Entry key={item.seq} item={item} onReplayed={list.reload} />
        ))}
      </ul>
      {list.data && list.data.totalCount > events.length && (
        <button
          type="button"
          className="button"
          disabled={limit >= 1000}
          onClick={() => setLimit((n) => Math.min(1000, n * 2))}
        >
          More ({events.length} of {list.data.totalCount})
        </button>
      )}
    </main>
  );
}
