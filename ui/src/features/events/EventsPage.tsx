// The events as they were received, newest first.
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { count, moment } from '../../lib/format';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';

type Event = Schemas['OpenLineageEvent'];

function about(event: Event): { type: 'DATASET' | 'JOB'; namespace: string; name: string } | null {
  if (event.job) return { type: 'JOB', ...event.job };
  return event.dataset ? { type: 'DATASET', ...event.dataset } : null;
}

function Entry({ event }: { event: Event }) {
  const [open, setOpen] = useState(false);
  const subject = about(event);
  return (
    <li className="event-item">
      <div className="event-head">
        <time className="mono" dateTime={event.eventTime}>
          {moment(event.eventTime)}
        </time>
        <span className={`event-type event-${(event.eventType ?? 'static').toLowerCase()}`}>
          {event.eventType ?? (event.dataset ? 'DATASET' : 'JOB')}
        </span>
        {subject && (
          <NodeLink type={subject.type} namespace={subject.namespace} name={subject.name} />
        )}
        {event.run && (
          <Link className="mono event-run" href={`/runs/${encodeURIComponent(event.run.runId)}`}>
            {event.run.runId.slice(0, 8)}
          </Link>
        )}
        <button
          type="button"
          className="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide' : 'Show'}
        </button>
      </div>
      {open && <pre className="code">{JSON.stringify(event, null, 2)}</pre>}
    </li>
  );
}

const page = 50;

export function EventsPage() {
  const [pages, setPages] = useState<(string | null)[]>([null]); // the cursor of each page so far
  const cursor = pages.at(-1) ?? null;
  const list = useResource(`events ${cursor ?? ''}`, (signal) =>
    ask(
      api.GET('/events/lineage', {
        params: { query: { limit: page, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
  const next = list.data?.next_cursor ?? null;
  return (
    <main className="page" id="main">
      <h1>Events</h1>
      <p className="lead">
        What pipelines sent, word for word, by the time the event tells. What could not be applied
        is in <Link href="/quarantine">quarantine</Link>.
      </p>
      {list.problem && <ProblemNote problem={list.problem} onRetry={list.reload} />}
      {!list.data && list.loading && <Loading what="events" />}
      {list.data && (
        <>
          <p role="status" className="quiet">
            {count(list.data.totalCount)} in all
          </p>
          <ul className="event-list" aria-label="Events" aria-busy={list.loading}>
            {list.data.events.map((event, i) => (
              <Entry
                key={`${event.eventTime} ${event.run?.runId ?? ''} ${event.eventType ?? ''} ${i}`}
                event={event}
              />
            ))}
          </ul>
          <div className="pager">
            <button
              type="button"
              className="button"
              disabled={pages.length === 1}
              onClick={() => setPages(pages.slice(0, -1))}
            >
              Newer
            </button>
            <button
              type="button"
              className="button"
              disabled={next === null || list.loading}
              onClick={() => setPages([...pages, next])}
            >
              Older
            </button>
          </div>
        </>
      )}
    </main>
  );
}
