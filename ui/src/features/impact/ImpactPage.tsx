// What-if as a page of its own: several changes at once, filters, groups, and the list as a file.
// Its address holds the whole question.
import { useMemo } from 'react';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/Icons';
import { Loading } from '../../components/Marks';
import { NodePicker } from '../../components/NodePicker';
import { ProblemNote } from '../../components/ProblemNote';
import { count, duration, plural } from '../../lib/format';
import type { ChangeDraft, ImpactState } from '../../lib/impactUrl';
import {
  changeOf,
  draftOf,
  hasFilters,
  impactHref,
  noFilters,
  parseImpact,
} from '../../lib/impactUrl';
import { clocksOf } from '../../lib/lineageUrl';
import { quantity } from '../../lib/measures';
import { nodeTypeOf, readable } from '../../lib/nodeId';
import { navigate } from '../../lib/router';
import { ChangeFields } from './ChangeFields';
import { Downloads } from './Downloads';
import { Filters } from './Filters';
import { ImpactTable } from './ImpactTable';
import { kindFor } from './kinds';
import { RaiseLimit } from './ImpactPanel';
import { Tallies } from './Tallies';
import type { Impact, Question } from './useImpact';
import { useImpact } from './useImpact';

type Change = (more: Partial<ImpactState>) => void;

const pageSize = 200;

function ChangeRow(p: {
  draft: ChangeDraft;
  n: number;
  state: ImpactState;
  onChange: (draft: ChangeDraft | null) => void;
}) {
  const { draft, n, state, onChange } = p;
  const type = nodeTypeOf(draft.nodeId);
  return (
    <li className="change-row">
      <span className="change-number" aria-hidden>
        {n}
      </span>
      <NodePicker
        label={`What changes (${n})`}
        value={draft.nodeId}
        onChange={(nodeId) =>
          onChange({ ...draft, nodeId, kind: kindFor(nodeTypeOf(nodeId), draft.kind) })
        }
      />
      {draft.nodeId !== '' && (
        <ChangeFields
          draft={draft}
          type={type}
          clocks={clocksOf(state)}
          label={`How it changes (${n})`}
          onChange={onChange}
        />
      )}
      {changeOf(draft) === null && draft.nodeId !== '' && (
        <span className="quiet">not complete yet</span>
      )}
      {(state.changes.length > 0 || draft.nodeId !== '') && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Remove change ${n}`}
          onClick={() => onChange(null)}
        >
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

function Changes({ state, change }: { state: ImpactState; change: Change }) {
  const drafts = state.changes.length === 0 ? [draftOf('data', '')] : state.changes;
  const replace = (i: number, draft: ChangeDraft | null) =>
    change({ changes: drafts.flatMap((d, j) => (j !== i ? [d] : draft ? [draft] : [])) });
  return (
    <section className="card change-form" aria-label="Changes">
      <ol>
        {drafts.map((draft, i) => (
          <ChangeRow
            key={i}
            draft={draft}
            n={i + 1}
            state={state}
            onChange={(next) => replace(i, next)}
          />
        ))}
      </ol>
      {state.changes.length > 0 && (
        <button
          type="button"
          className="button"
          disabled={drafts.some((d) => d.nodeId === '')}
          onClick={() => change({ changes: [...drafts, draftOf('data', '')] })}
        >
          <Icon name="plus" /> And also
        </button>
      )}
    </section>
  );
}

function fileName(changes: readonly ChangeDraft[]): string {
  const first = changes[0];
  const more = changes.length > 1 ? `-and-${changes.length - 1}-more` : '';
  return `impact-${first?.kind}-${readable(first?.nodeId ?? '').name}${more}`;
}

// "run once each: 12 min, 3.20 USD (of 2 of 5 jobs)": what running it all again takes.
export function recomputeText(cost: Schemas['ImpactSummary']['recompute_cost']): string {
  const unit = { name: cost.currency, scale: 1_000_000, currency: cost.currency };
  const parts = [
    duration(cost.duration_ms),
    cost.amount_micros > 0 ? quantity(cost.amount_micros, 'amount', unit) : '',
  ].filter((part) => part !== '');
  const known =
    cost.jobs_known < cost.jobs
      ? ` (of ${count(cost.jobs_known)} of ${plural(cost.jobs, 'job')}: of the others no run is known)`
      : '';
  return `each job run once: ${parts.join(', ')}${known}`;
}

interface AnswerProps {
  state: ImpactState;
  question: Question;
  impact: Impact;
  change: Change;
}

function Answer({ state, question, impact, change }: AnswerProps) {
  const { answer, affected } = impact;
  // Filters take from the list; how much there is without them is asked for by itself.
  const whole = useImpact(
    hasFilters(state) ? { ...question, filters: noFilters, groupBy: null, limit: 1 } : null,
  );
  if (!answer) return impact.loading ? <Loading what="what is affected" /> : null;
  const summary = whole.answer?.summary ?? answer.summary;
  const toggled = <T,>(list: readonly T[], value: T) =>
    list.includes(value) ? list.filter((v) => v !== value) : [...list, value];
  const { datasets, jobs, consumers, recompute_cost: cost } = answer.summary;
  const all = datasets + jobs + consumers;
  return (
    <section className="impact-answer" aria-label="Answer" aria-busy={impact.loading}>
      <RaiseLimit impact={{ ...impact, raiseTo: (maxNodes) => change({ maxNodes }) }} />
      <Tallies
        summary={summary}
        chosen={state.severity}
        onToggle={(s) => change({ severity: toggled(state.severity, s), open: null })}
      />
      <Filters state={state} affected={affected} groups={impact.groups ?? []} change={change} />
      <div className="impact-tools">
        <span className="quiet" role="status">
          {plural(datasets, 'dataset')}, {plural(jobs, 'job')}, {plural(consumers, 'consumer')}
          {affected.length < all && `; the first ${affected.length} are listed`}
        </span>
        {cost.jobs_known > 0 && <span className="quiet">{recomputeText(cost)}</span>}
        <Downloads
          question={question}
          file={fileName(state.changes)}
          disabled={affected.length === 0}
        />
      </div>
      {affected.length === 0 ? (
        <p className="note note-plain">
          {hasFilters(state) ? 'Nothing fits these filters.' : 'Nothing downstream is affected.'}
        </p>
      ) : (
        <ImpactTable
          state={state}
          groups={state.groupBy === null ? null : impact.groups}
          affected={affected}
          change={change}
        />
      )}
      {impact.more && (
        <button type="button" className="button" disabled={impact.loading} onClick={impact.more}>
          Load more
        </button>
      )}
    </section>
  );
}

export function ImpactPage({ params }: { params: URLSearchParams }) {
  const text = params.toString();
  const state = useMemo(() => parseImpact(new URLSearchParams(text)), [text]);
  const change: Change = (more) => navigate(impactHref({ ...state, ...more }));
  const question: Question = {
    changes: state.changes,
    ...clocksOf(state),
    filters: state,
    groupBy: state.groupBy,
    order: state.order,
    maxNodes: state.maxNodes,
    evidence: true,
    limit: pageSize,
  };
  const impact = useImpact(question);
  const asked = state.changes.length > 0 && state.changes.every((d) => changeOf(d) !== null);
  return (
    <main className="page impact-page" id="main">
      <h1>What if …</h1>
      <p className="lead">
        Name what is going to change. Nothing is written: the answer says what would break, what
        would go on with old data, and what has to run again.
      </p>
      <Changes state={state} change={change} />
      {impact.problem && <ProblemNote problem={impact.problem} onRetry={impact.reload} />}
      {asked && <Answer state={state} question={question} impact={impact} change={change} />}
    </main>
  );
}
