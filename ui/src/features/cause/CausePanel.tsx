// "Why is this wrong or late?": what happened upstream before a moment, in time and by rank. A
// chosen cause shows its way to here in the picture.
import { useEffect, useRef } from 'react';
import { Icon } from '../../components/Icons';
import { Incomplete } from '../../components/Incomplete';
import { Loading } from '../../components/Marks';
import { MomentInput } from '../../components/MomentInput';
import { ProblemNote } from '../../components/ProblemNote';
import { moment, plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import { Link } from '../../lib/router';
import type { Resource } from '../../lib/useResource';
import { kindTexts } from './kinds';
import { Timeline } from './Timeline';
import type { Cause, CauseAnswer } from './useCause';

interface Props {
  nodeId: string;
  result: Resource<CauseAnswer>;
  at: string | null; // null: now
  asOf: string | null; // the moment of the picture
  lastEvent: string | null;
  window: string;
  chosen: number | null;
  onAt: (at: string | null) => void;
  onWindow: (window: string) => void;
  onChoose: (cause: Cause | null) => void;
  nodeHref: (id: string) => string;
  runHref: (id: string) => string;
}

const windows = [
  { value: 'PT6H', label: '6 hours' },
  { value: 'P1D', label: '1 day' },
  { value: 'P2D', label: '2 days' },
  { value: 'P7D', label: '7 days' },
  { value: 'P30D', label: '30 days' },
];

function When({ at, asOf, lastEvent, window, onAt, onWindow }: Props) {
  const known = windows.some((w) => w.value === window);
  const offers = [
    { label: 'now', value: null },
    ...(asOf !== null ? [{ label: 'the moment of the picture', value: asOf }] : []),
    ...(lastEvent !== null ? [{ label: 'the last event', value: lastEvent }] : []),
  ].filter((o) => o.value !== at);
  return (
    <div className="cause-when">
      <div className="compare-row">
        <span>Wrong or late at</span>
        <MomentInput label="Wrong or late at" value={at} empty="now" onChange={onAt} />
        <label>
          look back
          <select value={window} onChange={(event) => onWindow(event.target.value)}>
            {!known && <option value={window}>{window}</option>}
            {windows.map((w) => (
              <option key={w.value} value={w.value}>
                {w.label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="chip-row" role="group" aria-label="Moments to ask about">
        {offers.map((o) => (
          <button key={o.label} type="button" className="chip-button" onClick={() => onAt(o.value)}>
            {o.label}
          </button>
        ))}
      </div>
    </div>
  );
}

function Value({ name, text }: { name: string; text: string | null }) {
  if (text === null) return null;
  return text.length > 60 || text.includes('\n') ? (
    <details>
      <summary>{name}</summary>
      <pre className="code">{text}</pre>
    </details>
  ) : (
    <p>
      {name} <span className="mono">{text}</span>
    </p>
  );
}

function Path({ cause }: { cause: Cause }) {
  const stops = [cause.nodeId, ...cause.path.map((s) => s.to)];
  return (
    <ol className="impact-path" aria-label="Path">
      {stops.map((id, i) => (
        <li key={id}>
          {readable(id).name}
          {i > 0 && <span className="quiet"> {cause.path[i - 1]?.kind.replaceAll('_', ' ')}</span>}
        </li>
      ))}
    </ol>
  );
}

function More({ cause, runHref }: { cause: Cause; runHref: Props['runHref'] }) {
  const { evidence, why, masks } = cause;
  return (
    <div className="cause-more">
      {why.length > 0 && (
        <ul className="cause-why" aria-label="Why it ranks here">
          {why.map((w) => (
            <li key={w.factor}>
              <span className="cause-factor">
                <span>{w.factor.replaceAll('_', ' ')}</span>
                <meter min={0} max={1} value={Math.min(1, Math.max(0, w.value))} aria-hidden />
              </span>
              <span>{w.text}</span>
            </li>
          ))}
        </ul>
      )}
      <Path cause={cause} />
      {masks.length > 0 && (
        <p className="quiet">It explains {masks.map((r) => `no. ${r}`).join(', ')} too.</p>
      )}
      <Value name="Before" text={evidence.before} />
      <Value name="After" text={evidence.after} />
      {evidence.runs.slice(0, 5).map((run) => (
        <p key={run}>
          run{' '}
          <Link className="mono" href={runHref(run)}>
            {run}
          </Link>
        </p>
      ))}
      {evidence.seqs.length > 0 && (
        <p className="quiet">recorded as {evidence.seqs.slice(0, 8).join(', ')}</p>
      )}
    </div>
  );
}

function placeText(cause: Cause, asked: string): string {
  if (cause.nodeId === asked) return 'in itself';
  return cause.distance <= 1 ? 'next to it' : `${plural(cause.distance, 'job')} away`;
}

function Entry({ cause, ...p }: { cause: Cause } & Props) {
  const open = cause.rank === p.chosen;
  const entry = useRef<HTMLLIElement>(null);
  const { text, icon } = kindTexts[cause.kind];
  useEffect(() => {
    if (open) entry.current?.scrollIntoView?.({ block: 'nearest' });
  }, [open]);
  return (
    <li ref={entry} className={open ? 'cause-entry is-open' : 'cause-entry'}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => p.onChoose(open ? null : cause)}
        className="cause-head"
      >
        <span className="cause-rank">{cause.rank}</span>
        <span className="cause-words">
          <span className={`cause-kind kind-${cause.kind}`}>
            <Icon name={icon} size={13} /> {text}
          </span>
          <span className="cause-summary">{cause.summary}</span>
          <span className="quiet">
            {moment(cause.at)}
            {cause.until && ` to ${moment(cause.until)}`} · {placeText(cause, p.nodeId)}
          </span>
        </span>
        <meter
          className="cause-score"
          min={0}
          max={1}
          value={cause.score}
          title={`Score ${cause.score.toFixed(2)}`}
          aria-label={`Score ${cause.score.toFixed(2)}`}
        />
      </button>
      {open && (
        <>
          <More cause={cause} runHref={p.runHref} />
          <Link className="cause-node" href={p.nodeHref(cause.nodeId)}>
            Go to {readable(cause.nodeId).name}
          </Link>
        </>
      )}
    </li>
  );
}

function Answer(p: Props & { answer: CauseAnswer }) {
  const { answer } = p;
  if (answer.causes.length === 0) {
    return (
      <>
        <Incomplete answer={answer} />
        <p className="note note-plain">
          Nothing out of the ordinary upstream between {moment(answer.from)} and {moment(answer.at)}
          . Look further back, or ask about another moment.
        </p>
      </>
    );
  }
  const choose = (rank: number | null) =>
    p.onChoose(answer.causes.find((c) => c.rank === rank) ?? null);
  return (
    <>
      <Incomplete answer={answer} />
      <Timeline answer={answer} chosen={p.chosen} onChoose={choose} />
      <p className="quiet" role="status">
        {plural(answer.total, 'possible cause')}
        {answer.causes.length < answer.total && `, the first ${answer.causes.length} shown`}, most
        likely first
      </p>
      <ol className="cause-list" aria-label="Causes">
        {answer.causes.map((cause) => (
          <Entry key={cause.rank} cause={cause} {...p} />
        ))}
      </ol>
    </>
  );
}

export function CausePanel(props: Props) {
  const { result } = props;
  const answer = result.loading ? undefined : result.data;
  return (
    <div className="causes">
      <When {...props} />
      {result.problem && <ProblemNote problem={result.problem} onRetry={result.reload} />}
      {result.loading && <Loading what="causes" />}
      {answer && !result.problem && <Answer {...props} answer={answer} />}
    </div>
  );
}
