// What breaks if …: the list beside the picture. A click on a line shows its path in the picture.
import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/Icons';
import { Loading, SeverityMark, StateMark, TypeMark } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { csv, saveAs } from '../../lib/download';
import { plural } from '../../lib/format';
import type { ImpactKind } from '../../lib/lineageUrl';
import type { NodeType } from '../../lib/nodeId';
import { readable } from '../../lib/nodeId';
import { kinds } from './kinds';
import type { Affected, Impact } from './useImpact';

type Severity = Schemas['Severity'];
const severities: Severity[] = ['breaking', 'degraded', 'recompute'];

interface Props {
  nodeId: string;
  type: NodeType;
  kind: ImpactKind;
  impact: Impact;
  hit: string | null;
  onKind: (kind: ImpactKind) => void;
  onHit: (affected: Affected | null) => void;
}

function table(rows: Affected[]): (string | number | null)[][] {
  return [
    ['node_id', 'type', 'severity', 'distance', 'rule', 'owners', 'state', 'path'],
    ...rows.map((a) => [
      a.nodeId,
      a.type,
      a.severity,
      a.distance,
      a.rule,
      a.owners.join('; '),
      a.state,
      [a.path[0]?.from ?? '', ...a.path.map((s) => s.to)].join(' > '),
    ]),
  ];
}

function Path({ affected }: { affected: Affected }) {
  const stops = [affected.path[0]?.from, ...affected.path.map((s) => s.to)];
  return (
    <ol className="impact-path" aria-label="Path">
      {stops.map((id, i) =>
        id === undefined ? null : (
          <li key={id}>
            {readable(id).name}
            {i > 0 && (
              <span className="quiet"> {affected.path[i - 1]?.kind.replaceAll('_', ' ')}</span>
            )}
          </li>
        ),
      )}
    </ol>
  );
}

function Row({ a, open, onHit }: { a: Affected; open: boolean; onHit: Props['onHit'] }) {
  const { name, namespace } = readable(a.nodeId);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (open) row.current?.scrollIntoView?.({ block: 'nearest' });
  }, [open]);
  return (
    <li ref={row} className={open ? 'impact-row is-open' : 'impact-row'}>
      <button type="button" aria-expanded={open} onClick={() => onHit(open ? null : a)}>
        <TypeMark type={a.type} />
        <span className="impact-name">
          <span>{name}</span>
          <span className="quiet">{namespace}</span>
        </span>
        <SeverityMark severity={a.severity} />
        <span className="impact-distance" title="Jobs between">
          {a.distance}
        </span>
      </button>
      {open && (
        <div className="impact-more">
          <Path affected={a} />
          <p className="quiet">
            rule <code>{a.rule}</code>
            {a.owners.length > 0 && ` · owned by ${a.owners.join(', ')}`}
            {a.state && (
              <>
                {' · latest run '}
                <StateMark state={a.state} />
              </>
            )}
          </p>
        </div>
      )}
    </li>
  );
}

function IncompleteNote({ impact }: { impact: Impact }) {
  const { answer, raiseTo, reload } = impact;
  if (!answer || answer.complete) return null;
  const limit = answer.cut?.limit ?? answer.affected.length;
  const raisable = answer.cut?.reason === 'max_nodes';
  return (
    <div className="cut cut-strong" role="alert">
      <Icon name="warn" size={18} />
      <span>
        <strong>Not everything that is affected.</strong>{' '}
        {raisable
          ? `It stops at the limit of ${plural(limit, 'node')}; seen and not followed: ${plural(answer.cut?.frontier_count ?? 0, 'node')}.`
          : `The answer was cut (${answer.cut?.reason.replaceAll('_', ' ') ?? 'no reason given'}).`}
      </span>
      <button
        type="button"
        className="button"
        onClick={() => (raisable ? raiseTo(limit * 2) : reload())}
      >
        {raisable ? `Raise the limit to ${limit * 2}` : 'Ask again'}
      </button>
    </div>
  );
}

interface AnswerProps {
  answer: Schemas['ImpactAnswer'];
  shown: Affected[];
  only: Severity | null;
}

function Tallies({
  answer,
  only,
  onOnly,
}: Omit<AnswerProps, 'shown'> & { onOnly: (s: Severity | null) => void }) {
  return (
    <div className="impact-summary" role="group" aria-label="Filter by severity">
      {severities.map((s) => (
        <button
          key={s}
          type="button"
          className={`tally tally-${s}`}
          aria-pressed={only === s}
          disabled={answer.summary[s] === 0}
          onClick={() => onOnly(only === s ? null : s)}
        >
          <strong>{answer.summary[s]}</strong> {s}
        </button>
      ))}
    </div>
  );
}

function Tools({ answer, shown, only, file }: AnswerProps & { file: string }) {
  const { datasets, jobs } = answer.summary;
  const asCsv = () => saveAs(`${file}.csv`, 'text/csv', csv(table(shown)));
  const asJson = () => {
    const what = { ...answer, affected: shown, next_cursor: undefined };
    saveAs(`${file}.json`, 'application/json', JSON.stringify(what, null, 2));
  };
  return (
    <div className="impact-tools">
      <span className="quiet" role="status">
        {plural(datasets, 'dataset')}, {plural(jobs, 'job')}
        {only !== null && `; ${shown.length} shown`}
      </span>
      <button type="button" className="button" disabled={shown.length === 0} onClick={asCsv}>
        <Icon name="download" /> CSV
      </button>
      <button type="button" className="button" disabled={shown.length === 0} onClick={asJson}>
        <Icon name="download" /> JSON
      </button>
    </div>
  );
}

export function ImpactPanel({ nodeId, type, kind, impact, hit, onKind, onHit }: Props) {
  const [only, setOnly] = useState<Severity | null>(null);
  const { answer } = impact;
  const shown = impact.affected.filter((a) => only === null || a.severity === only);
  return (
    <div className="impact">
      <label className="impact-kind">
        What is affected if
        <select value={kind} onChange={(e) => onKind(e.target.value as ImpactKind)}>
          {kinds[type].map((k) => (
            <option key={k.kind} value={k.kind}>
              {k.label}
            </option>
          ))}
        </select>
      </label>
      {impact.problem && <ProblemNote problem={impact.problem} onRetry={impact.reload} />}
      {!answer && impact.loading && <Loading what="what is affected" />}
      {answer && (
        <>
          <IncompleteNote impact={impact} />
          <Tallies answer={answer} only={only} onOnly={setOnly} />
          <Tools
            answer={answer}
            shown={shown}
            only={only}
            file={`impact-${kind}-${readable(nodeId).name}`}
          />
          {answer.affected.length === 0 && (
            <p className="note note-plain">Nothing downstream is affected.</p>
          )}
          <ul className="impact-list" aria-label="Affected nodes">
            {shown.map((a) => (
              <Row key={a.nodeId} a={a} open={a.nodeId === hit} onHit={onHit} />
            ))}
          </ul>
        </>
      )}
      {impact.more && (
        <button type="button" className="button" disabled={impact.loading} onClick={impact.more}>
          Load more
        </button>
      )}
    </div>
  );
}
