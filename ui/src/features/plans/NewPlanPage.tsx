// A plan before it is one: what it is about, a dry run of it, and keeping it.
import { useEffect, useMemo, useState } from 'react';
import { api, ask } from '../../api/client';
import { MomentInput } from '../../components/MomentInput';
import { NodePicker } from '../../components/NodePicker';
import { ReprocessingPage } from '../../components/Reprocessing';
import { Select } from '../../components/Select';
import { Signed } from '../../components/Signed';
import { moment } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import { rangeText } from '../../lib/partitionKey';
import type { PlanDraft } from '../../lib/partitionUrl';
import { inboxHref, includes, newPlanHref, parsePlanDraft, planHref } from '../../lib/partitionUrl';
import { Link, navigate } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import type { Extras } from './planBody';
import { bodyOf, extraLabels, noExtras, wrongExtras } from './planBody';
import { PlanNotes, PlanTotals } from './PlanSummary';
import type { Plan } from './usePlans';
import { workOut } from './usePlans';
import { Waves } from './Waves';

type Change = (more: Partial<PlanDraft>) => void;

interface Props {
  draft: PlanDraft;
  change: Change;
}

function Datasets({ draft, change }: Props) {
  return (
    <fieldset className="plan-field">
      <legend>About</legend>
      <ul className="chosen-nodes" aria-label="What it is about">
        {draft.nodeIds.map((id) => (
          <li key={id} className="filter-chip">
            {readable(id).name}
            <button
              type="button"
              className="edit-button"
              aria-label={`Leave out ${readable(id).name}`}
              onClick={() => change({ nodeIds: draft.nodeIds.filter((n) => n !== id) })}
            >
              ×
            </button>
          </li>
        ))}
        {draft.nodeIds.length === 0 && <li className="quiet">everything</li>}
      </ul>
      <NodePicker
        label="Add a dataset or job"
        value=""
        onChange={(id) => change({ nodeIds: [...new Set([...draft.nodeIds, id])] })}
      />
      {draft.nodeIds.length > 0 && (
        <Select
          label="And"
          value={draft.direction}
          options={[
            ['downstream', 'what is downstream'],
            ['upstream', 'what is upstream'],
            ['none', 'nothing else'],
          ]}
          onChange={(direction) => change({ direction: direction ?? 'downstream' })}
        />
      )}
    </fieldset>
  );
}

function Changes({ draft, change }: Props) {
  if (draft.changes.length === 0) return null;
  return (
    <fieldset className="plan-field">
      <legend>Only what is stale for</legend>
      <ul className="chosen-nodes" aria-label="Changes">
        {draft.changes.map((id) => (
          <li key={id} className="filter-chip">
            <Link href={inboxHref({ status: 'all', open: id })}>change {id}</Link>
            <button
              type="button"
              className="edit-button"
              aria-label={`Leave out change ${id}`}
              onClick={() => change({ changes: draft.changes.filter((c) => c !== id) })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function Include({ draft, change }: Props) {
  const chosen = draft.include.length === 0 ? [...includes] : draft.include;
  return (
    <fieldset className="plan-field">
      <legend>Partitions that are</legend>
      {includes.map((what) => (
        <label key={what} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(what)}
            disabled={chosen.length === 1 && chosen.includes(what)}
            onChange={(event) => {
              const next = includes.filter((i) =>
                i === what ? event.target.checked : chosen.includes(i),
              );
              change({ include: next.length === includes.length ? [] : next });
            }}
          />
          {what === 'maybe' ? 'maybe stale' : what}
        </label>
      ))}
      {/* Where changes are chosen the server takes what is stale for them alone. */}
      {draft.changes.length === 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={draft.refresh}
            onChange={(event) => change({ refresh: event.target.checked })}
          />
          due for refresh
        </label>
      )}
      <label className="plan-until">
        up to (UTC)
        <MomentInput
          label="Up to"
          value={draft.until}
          empty="now"
          onChange={(until) => change({ until })}
        />
      </label>
    </fieldset>
  );
}

function Limits({ extras, set }: { extras: Extras; set: (more: Partial<Extras>) => void }) {
  const wrong = wrongExtras(extras);
  const field = (name: keyof Extras) => (
    <label key={name}>
      {extraLabels[name]}
      <input
        type="text"
        inputMode={name === 'name' ? 'text' : 'decimal'}
        aria-invalid={wrong.includes(name)}
        value={extras[name]}
        onChange={(event) => set({ [name]: event.target.value })}
      />
    </label>
  );
  return (
    <>
      <fieldset className="plan-field">
        <legend>Budget</legend>
        {(['partitions', 'cost', 'hours'] as const).map(field)}
      </fieldset>
      <details className="plan-more">
        <summary>More</summary>
        <div className="plan-field">{(['name', 'perTask', 'tolerance'] as const).map(field)}</div>
      </details>
    </>
  );
}

// What was chosen on a heat map ends at a moment: that of its last partition.
function useUntilOf(draft: PlanDraft, change: Change) {
  const { to, until, nodeIds, environment } = draft;
  const nodeId = nodeIds[0];
  const key = to !== null && until === null && nodeId !== undefined ? `${nodeId} ${to}` : null;
  const query = { nodeId: nodeId ?? '', key: to ?? '', environment: environment ?? undefined };
  const last = useResource(key, (signal) =>
    ask(api.GET('/partitions/explain', { params: { query }, signal })),
  );
  const end = key !== null && !last.loading ? (last.data?.interval?.end ?? null) : null;
  useEffect(() => {
    if (end !== null) change({ until: end });
    // `change` is made anew with each address.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [end]);
}

function FromChosen({ draft, change }: Props) {
  useUntilOf(draft, change);
  if (draft.from === null || draft.to === null) return null;
  const name = readable(draft.nodeIds[0] ?? '').name;
  return (
    <p className="note note-plain">
      <span>
        From {rangeText(draft.from, draft.to)} of {name}: the plan takes what is stale up to the end
        of that range
        {draft.until !== null && `, ${moment(draft.until)}`}. What is stale before it belongs to the
        plan as well.
      </span>
      <button type="button" className="button" onClick={() => change({ from: null, to: null })}>
        Forget the range
      </button>
    </p>
  );
}

interface Kept {
  plan: Plan;
  asked: string; // what it is the answer to
}

function Preview({ plan, stale }: { plan: Plan; stale: boolean }) {
  if (plan.totals.tasks === 0) {
    return <p className="note note-good">There is nothing to run.</p>;
  }
  return (
    <div className={stale ? 'preview is-stale' : 'preview'} aria-label="Dry run" role="group">
      <PlanTotals plan={plan} />
      <PlanNotes plan={plan} />
      <Waves plan={plan} tasks={null} />
    </div>
  );
}

export function NewPlanPage({ params }: { params: URLSearchParams }) {
  const text = params.toString();
  const draft = useMemo(() => parsePlanDraft(new URLSearchParams(text)), [text]);
  const change: Change = (more) => navigate(newPlanHref({ ...draft, ...more }), { replace: true });
  const [extras, setExtras] = useState(noExtras);
  const [dry, setDry] = useState<Kept | null>(null);
  const body = bodyOf(draft, extras);
  const asked = JSON.stringify(body);
  const ready = wrongExtras(extras).length === 0;
  const current = dry !== null && dry.asked === asked;
  return (
    <ReprocessingPage
      here="plans"
      title="New plan"
      lead="Say what it is about and look at a dry run. Nothing is kept before you say so, and nothing is run before the plan is approved."
    >
      <section className="card plan-form" aria-label="What to plan">
        <FromChosen draft={draft} change={change} />
        <Datasets draft={draft} change={change} />
        <Changes draft={draft} change={change} />
        <Include draft={draft} change={change} />
        <Limits extras={extras} set={(more) => setExtras((old) => ({ ...old, ...more }))} />
        <Signed
          key={current && dry.plan.totals.tasks > 0 ? 'keep' : 'dry'}
          label={current && dry.plan.totals.tasks > 0 ? 'Keep the plan' : 'Dry run'}
          submit={current && dry.plan.totals.tasks > 0 ? 'Keep as a draft' : 'Work it out'}
          busyText="Working it out …"
          ready={ready}
          send={async (signature) => {
            const keep = current && dry.plan.totals.tasks > 0;
            const plan = await workOut({ ...body, ...signature, dry_run: !keep });
            if (keep && plan.id !== null) navigate(planHref(plan.id));
            else setDry({ plan, asked });
          }}
        />
      </section>
      {dry && !current && (
        <p className="note note-plain" role="status">
          This dry run is of what was asked before; work it out again.
        </p>
      )}
      {dry && <Preview plan={dry.plan} stale={!current} />}
    </ReprocessingPage>
  );
}
