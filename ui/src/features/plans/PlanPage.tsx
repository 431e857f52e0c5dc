// One plan: how far it is, what it will take, what can be done with it. It is looked at again and
// again until it has ended.
import { useEffect, useRef, useState } from 'react';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { ReprocessingPage } from '../../components/Reprocessing';
import { NodeName } from '../../components/RootCause';
import { Signed } from '../../components/Signed';
import { count, moment } from '../../lib/format';
import { inboxHref } from '../../lib/partitionUrl';
import { Link } from '../../lib/router';
import { usePolling } from '../../lib/usePolling';
import { PlanStateMark, ProgressBar, ProgressText } from './PlanMarks';
import { PlanNotes, PlanTotals } from './PlanSummary';
import { Tasks } from './Tasks';
import type { Action, Plan, TaskState } from './usePlans';
import { act, isFinal, tasksPerPage, usePlan, useTasks } from './usePlans';
import { actionsOf, actionTexts, planName, totalOf, waitingText } from './words';
import { Waves } from './Waves';

function Actions({ plan, onActed }: { plan: Plan; onActed: () => void }) {
  const [open, setOpen] = useState<Action | null>(null);
  const actions = actionsOf(plan.state);
  const shown = open !== null && actions.includes(open) ? open : null;
  if (actions.length === 0) return null;
  return (
    <div className="plan-actions">
      <div className="verdicts" role="group" aria-label="Do">
        {actions.map((action) => (
          <button
            key={action}
            type="button"
            className={
              action === 'approve' || action === 'resume' ? 'button button-strong' : 'button'
            }
            aria-pressed={action === shown}
            onClick={() => setOpen(action === shown ? null : action)}
          >
            {actionTexts[action]}
          </button>
        ))}
      </div>
      {shown && (
        <Signed
          key={shown}
          label={actionTexts[shown]}
          submit={`${actionTexts[shown]} it`.replace(' the plan it', ' the plan')}
          danger={shown === 'cancel'}
          onCancel={() => setOpen(null)}
          send={async (signature) => {
            await act(plan.id ?? '', shown, signature);
            setOpen(null);
            onActed();
          }}
        />
      )}
    </div>
  );
}

function Scope({ plan }: { plan: Plan }) {
  const { scope, changes = [], until, include } = plan.options;
  return (
    <p className="plan-scope quiet">
      {scope && scope.nodeIds.length > 0 ? (
        <>
          About{' '}
          {scope.nodeIds.slice(0, 6).map((id, i) => (
            <span key={id}>
              {i > 0 && ', '}
              <NodeName id={id} />
            </span>
          ))}
          {scope.nodeIds.length > 6 && ` and ${count(scope.nodeIds.length - 6)} more`}
          {scope.direction !== 'none' && ` and what is ${scope.direction}`}
        </>
      ) : (
        'About everything'
      )}
      {changes.length > 0 && (
        <>
          , for{' '}
          {changes.slice(0, 6).map((id, i) => (
            <span key={id}>
              {i > 0 && ', '}
              <Link href={inboxHref({ status: 'all', open: id })}>change {id}</Link>
            </span>
          ))}
        </>
      )}
      {until && `, up to ${moment(until)}`}
      {include && include.length < 3 && `, only ${include.join(' and ')}`}
      {plan.environment !== null && `, in ${plan.environment}`}. Worked out{' '}
      <span className="whole">{moment(plan.pinned.evaluated_at)}</span> by {plan.author}
      {plan.reason !== null && `: ${plan.reason}`}
    </p>
  );
}

function Now({ plan, onActed }: { plan: Plan; onActed: () => void }) {
  const waiting = waitingText(plan.waiting);
  const grown = plan.state === 'draft' && plan.progress.done + plan.progress.running > 0;
  return (
    <section className="card plan-now" aria-label="Progress">
      <div className="plan-state">
        <PlanStateMark state={plan.state} />
        <ProgressText progress={plan.progress} />
        <span className="quiet plan-updated">changed {moment(plan.updated_at)}</span>
      </div>
      {totalOf(plan.progress) > 0 && (
        <ProgressBar progress={plan.progress} label={`Progress of ${planName(plan)}`} />
      )}
      {waiting !== null && <p className="note">{waiting}</p>}
      {grown && (
        <p className="note note-warn">
          It has grown beyond what was approved: look at the totals and approve it again.
        </p>
      )}
      <Actions plan={plan} onActed={onActed} />
    </section>
  );
}

const drawnTasks = 500; // of a larger plan, the picture shows waves only

function Body({ plan, id, onActed }: { plan: Plan; id: string; onActed: () => void }) {
  const [state, setState] = useState<TaskState | null>(null);
  const [pages, setPages] = useState(1);
  const small = plan.totals.tasks <= drawnTasks;
  const all = useTasks(
    id,
    null,
    small ? Math.max(1, Math.ceil(plan.totals.tasks / tasksPerPage)) : 1,
  );
  const listed = useTasks(id, state, pages);
  // Tasks follow the plan: when it has moved on, so have they.
  const sign = JSON.stringify([plan.updated_at, plan.progress, plan.state]);
  const seen = useRef(sign);
  const { reload: reloadAll } = all;
  const { reload: reloadListed } = listed;
  useEffect(() => {
    if (seen.current === sign) return;
    seen.current = sign;
    reloadAll();
    reloadListed();
  }, [sign, reloadAll, reloadListed]);
  const problem = all.problem ?? listed.problem;
  return (
    <>
      <Now plan={plan} onActed={onActed} />
      <PlanTotals plan={plan} />
      <PlanNotes plan={plan} />
      {problem && <ProblemNote problem={problem} onRetry={listed.reload} />}
      <Waves plan={plan} tasks={small ? (all.data?.tasks ?? null) : null} />
      {listed.data && (
        <Tasks
          tasks={listed.data.tasks}
          state={state}
          total={plan.totals.tasks}
          more={listed.data.next === null ? null : () => setPages((n) => n + 1)}
          loading={listed.loading}
          onState={(next) => {
            setState(next);
            setPages(1);
          }}
        />
      )}
    </>
  );
}

export function PlanPage({ id }: { id: string }) {
  const answer = usePlan(id);
  const plan = answer.loading ? undefined : answer.data;
  usePolling({
    active: plan !== undefined && !isFinal(plan),
    sign: plan ? JSON.stringify([plan.updated_at, plan.progress, plan.state]) : '',
    failed: answer.problem !== undefined,
    reload: answer.reload,
  });
  return (
    <ReprocessingPage here="plans" title={plan ? planName(plan) : `Plan ${id}`}>
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!plan && !answer.problem && <Loading what="the plan" />}
      {plan && (
        <>
          <Scope plan={plan} />
          <Body plan={plan} id={id} onActed={answer.reload} />
        </>
      )}
    </ReprocessingPage>
  );
}
