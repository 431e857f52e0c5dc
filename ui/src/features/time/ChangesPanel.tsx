// What changed between two moments, beside the picture that shows it in colours.
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/Icons';
import { Incomplete } from '../../components/Incomplete';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { moment, plural } from '../../lib/format';
import { isoOf } from '../../lib/moments';
import { Link } from '../../lib/router';
import type { Pages } from '../../lib/usePages';
import { colourOf, colourSigns, detailLines, headline, kindTexts } from './changeText';
import type { GraphChange } from './marks';
import { MomentInput } from '../../components/MomentInput';
import type { ChangeKind } from './useChanges';

interface Props {
  changes: Pages<Schemas['DiffAnswer']>;
  asOf: string | null;
  compareTo: string | null;
  first: number | null; // ms: when events begin
  last: number | null;
  kinds: readonly ChangeKind[];
  onKinds: (kinds: ChangeKind[]) => void;
  onCompare: (compareTo: string | null) => void;
  onMoment: (asOf: string) => void;
  nodeHref: (id: string) => string;
  edgeHref: (from: string, to: string) => string;
  runHref: (id: string) => string;
}

const day = 86_400_000;
const spans = [
  { label: 'a day', days: 1 },
  { label: 'a week', days: 7 },
  { label: '30 days', days: 30 },
];

function Choice({ asOf, compareTo, first, last, onCompare }: Props) {
  const to = asOf === null ? (last ?? Date.now()) : Date.parse(asOf);
  const later = asOf !== null && compareTo !== null && Date.parse(compareTo) > to;
  return (
    <div className="compare">
      <div className="compare-row">
        <span>{later ? 'Until' : 'Since'}</span>
        <MomentInput label="Compared with" value={compareTo} empty="choose" onChange={onCompare} />
        <span className="quiet">
          {later ? 'since' : 'until'} {asOf === null ? 'now' : moment(asOf)}
        </span>
      </div>
      <div className="chip-row" role="group" aria-label="Compare with">
        {spans.map(({ label, days }) => (
          <button
            key={label}
            type="button"
            className="chip-button"
            onClick={() => onCompare(isoOf(to - days * day))}
          >
            {label} before
          </button>
        ))}
        {first !== null && (
          <button type="button" className="chip-button" onClick={() => onCompare(isoOf(first - 1))}>
            from the beginning
          </button>
        )}
      </div>
    </div>
  );
}

function Kinds({ summary, kinds, onKinds }: { summary: Record<string, number> } & Props) {
  const all = Object.keys(kindTexts) as ChangeKind[];
  const shown = all.filter((k) => (summary[k] ?? 0) > 0 || kinds.includes(k));
  if (shown.length < 2 && kinds.length === 0) return null;
  return (
    <div className="chip-row" role="group" aria-label="Filter by kind">
      {shown.map((k) => (
        <button
          key={k}
          type="button"
          className={`chip-button change-${colourOf(k)}`}
          aria-pressed={kinds.includes(k)}
          onClick={() => onKinds(kinds.includes(k) ? kinds.filter((x) => x !== k) : [...kinds, k])}
        >
          <span aria-hidden>{colourSigns[colourOf(k)]}</span> {summary[k] ?? 0} {kindTexts[k]}
        </button>
      ))}
    </div>
  );
}

function Evidence({ change, runHref }: { change: GraphChange; runHref: Props['runHref'] }) {
  const { evidence } = change;
  return (
    <div className="change-evidence">
      {evidence.reason && <p>Reason: {evidence.reason.replaceAll('_', ' ')}.</p>}
      {evidence.producers.length > 0 && <p>Said by {evidence.producers.join(', ')}</p>}
      {evidence.facets.length > 0 && <p>Read from {evidence.facets.join(', ')}</p>}
      {evidence.seqs.length > 0 && <p>Recorded as {evidence.seqs.join(', ')}</p>}
      {evidence.runs.length > 0 && (
        <ul>
          {evidence.runs.map((run) => (
            <li key={run}>
              run{' '}
              <Link className="mono" href={runHref(run)}>
                {run}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Entry({ change, ...p }: { change: GraphChange } & Props) {
  const [open, setOpen] = useState(false);
  const colour = colourOf(change.kind);
  const { edge, nodeId } = change;
  const href = nodeId !== null ? p.nodeHref(nodeId) : edge && p.edgeHref(edge.from, edge.to);
  return (
    <li className={`change-entry change-${colour}`}>
      <span className="change-sign" title={colour}>
        <span aria-hidden>{colourSigns[colour]}</span>
        <span className="visually-hidden">{colour}:</span>
      </span>
      <div className="change-text">
        {href === null ? headline(change) : <Link href={href}>{headline(change)}</Link>}
        {detailLines(change).map((line) => (
          <p key={`${line.colour} ${line.text}`} className={`change-line change-${line.colour}`}>
            <span aria-hidden>{colourSigns[line.colour]} </span>
            <span className="visually-hidden">{line.colour} </span>
            <span className="mono">{line.text}</span>
          </p>
        ))}
        <p className="change-foot">
          <button
            type="button"
            className="link-button"
            title="Show the picture as of this moment"
            onClick={() => p.onMoment(change.at)}
          >
            <time dateTime={change.at}>{moment(change.at)}</time>
          </button>
          <button
            type="button"
            className="link-button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            evidence
          </button>
        </p>
        {open && <Evidence change={change} runHref={p.runHref} />}
      </div>
    </li>
  );
}

function List(p: Props) {
  const { pages, more, loading } = p.changes;
  const answer = pages[0];
  if (!answer) return null;
  const entries = pages.flatMap((page) => page.changes);
  const total = Object.values(answer.summary).reduce((sum, n) => sum + n, 0);
  return (
    <>
      <Incomplete answer={answer} />
      <Kinds summary={answer.summary} {...p} />
      <p className="quiet" role="status">
        {total === 0 ? 'Nothing changed between the two moments.' : plural(total, 'change')}
        {entries.length < total && `, ${entries.length} shown`}
      </p>
      <ul className="change-list" aria-label="Changes">
        {entries.map((change, i) => (
          <Entry key={`${change.at} ${change.kind} ${i}`} change={change} {...p} />
        ))}
      </ul>
      {more && (
        <button type="button" className="button" disabled={loading} onClick={more}>
          More
        </button>
      )}
    </>
  );
}

export function ChangesPanel(props: Props) {
  const { changes, compareTo } = props;
  return (
    <div className="changes">
      <Choice {...props} />
      {compareTo === null && (
        <p className="quiet">
          <Icon name="compare" /> Choose a moment: what came, went and changed since then is shown
          here and in the picture.
        </p>
      )}
      {changes.problem && <ProblemNote problem={changes.problem} onRetry={changes.reload} />}
      {compareTo !== null && changes.loading && changes.pages.length === 0 && (
        <Loading what="changes" />
      )}
      {compareTo !== null && <List {...props} />}
    </div>
  );
}
