// What breaks if …: the list beside the picture. A click on a line shows its path in the picture.
import { useEffect, useRef } from 'react';
import { Icon } from '../../components/Icons';
import { Incomplete } from '../../components/Incomplete';
import { Loading, SeverityMark, StateMark, TypeMark } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { plural } from '../../lib/format';
import type { ChangeDraft } from '../../lib/impactUrl';
import { changeOf, impactHref, noFilters } from '../../lib/impactUrl';
import type { Clocks, Severity } from '../../lib/lineageUrl';
import type { NodeType } from '../../lib/nodeId';
import { readable, shownAs } from '../../lib/nodeId';
import { Link } from '../../lib/router';
import { ChangeFields } from './ChangeFields';
import { Downloads } from './Downloads';
import { PathList } from './PathList';
import { Tallies } from './Tallies';
import type { Affected, Impact } from './useImpact';

interface Props {
  draft: ChangeDraft;
  type: NodeType;
  clocks: Clocks;
  impact: Impact;
  severity: Severity | null;
  hit: string | null;
  onDraft: (draft: ChangeDraft) => void;
  onSeverity: (severity: Severity | null) => void;
  onHit: (affected: Affected | null) => void;
}

function Row({ a, open, onHit }: { a: Affected; open: boolean; onHit: Props['onHit'] }) {
  const { namespace, name } = readable(a.nodeId);
  const shown = shownAs(a.type, namespace, name);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (open) row.current?.scrollIntoView?.({ block: 'nearest' });
  }, [open]);
  return (
    <li ref={row} className={open ? 'impact-row is-open' : 'impact-row'}>
      <button type="button" aria-expanded={open} onClick={() => onHit(open ? null : a)}>
        <TypeMark type={a.type} />
        <span className="impact-name">
          <span>{shown.name}</span>
          <span className="quiet">{shown.under}</span>
        </span>
        <span className="impact-marks">
          {a.assumed && <span className="assumed-mark">assumed</span>}
          <SeverityMark severity={a.severity} />
        </span>
        <span className="impact-distance" title="Jobs between">
          {a.distance}
        </span>
      </button>
      {open && (
        <div className="impact-more">
          <PathList path={a.path} />
          <p className="quiet">
            rule <code>{a.rule}</code>
            {a.columns.length > 0 && ` · columns ${a.columns.join(', ')}`}
            {a.owners.length > 0 && ` · owned by ${a.owners.join(', ')}`}
            {a.use.readers > 0 && ` · ${plural(a.use.readers, 'reader')}`}
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

export function RaiseLimit({ impact }: { impact: Impact }) {
  const { answer, raiseTo, reload } = impact;
  if (!answer || answer.complete) return null;
  const limit = answer.cut?.limit ?? answer.affected.length;
  const raisable = answer.cut?.reason === 'max_nodes';
  return (
    <Incomplete answer={answer}>
      <button
        type="button"
        className="button"
        onClick={() => (raisable ? raiseTo(limit * 2) : reload())}
      >
        {raisable ? `Raise the limit to ${limit * 2}` : 'Ask again'}
      </button>
    </Incomplete>
  );
}

function Tools(p: Props & { shown: number }) {
  const { impact, draft, clocks, severity } = p;
  const { answer } = impact;
  if (!answer) return null;
  const { datasets, jobs, consumers } = answer.summary;
  const filters = { ...noFilters, severity: severity === null ? [] : [severity] };
  return (
    <div className="impact-tools">
      <span className="quiet" role="status">
        {plural(datasets, 'dataset')}, {plural(jobs, 'job')}
        {consumers > 0 && `, ${plural(consumers, 'consumer')}`}
        {severity !== null && `; ${p.shown} shown`}
      </span>
      <Link
        className="button"
        href={impactHref({ changes: [draft], ...clocks, severity: filters.severity })}
      >
        <Icon name="table" /> Table
      </Link>
      <Downloads
        question={{ changes: [draft], ...clocks, filters }}
        file={`impact-${draft.kind}-${readable(draft.nodeId).name}`}
        disabled={p.shown === 0}
      />
    </div>
  );
}

function Answered(p: Props) {
  const { impact, severity, hit } = p;
  if (!impact.answer) return null;
  const shown = impact.affected.filter((a) => severity === null || a.severity === severity);
  return (
    <>
      <RaiseLimit impact={impact} />
      <Tallies
        summary={impact.answer.summary}
        chosen={severity === null ? [] : [severity]}
        onToggle={(s) => p.onSeverity(s === severity ? null : s)}
      />
      <Tools {...p} shown={shown.length} />
      {impact.answer.affected.length === 0 && (
        <p className="note note-plain">Nothing downstream is affected.</p>
      )}
      <ul className="impact-list" aria-label="Affected nodes">
        {shown.map((a) => (
          <Row key={a.nodeId} a={a} open={a.nodeId === hit} onHit={p.onHit} />
        ))}
      </ul>
    </>
  );
}

export function ImpactPanel(props: Props) {
  const { draft, type, clocks, impact } = props;
  const asked = changeOf(draft) !== null;
  return (
    <div className="impact">
      <div className="impact-kind">
        <span>What is affected if</span>
        <ChangeFields
          draft={draft}
          type={type}
          clocks={clocks}
          label="What is affected if"
          onChange={props.onDraft}
        />
      </div>
      {!asked && <p className="quiet">Fill in what is missing to see what would be affected.</p>}
      {impact.problem && <ProblemNote problem={impact.problem} onRetry={impact.reload} />}
      {asked && !impact.answer && impact.loading && <Loading what="what is affected" />}
      {asked && <Answered {...props} />}
      {impact.more && (
        <button type="button" className="button" disabled={impact.loading} onClick={impact.more}>
          Load more
        </button>
      )}
    </div>
  );
}
