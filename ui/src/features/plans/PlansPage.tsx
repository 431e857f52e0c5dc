// Plans, the newest first.
import { interval } from '../../components/Counts';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { ReprocessingPage } from '../../components/Reprocessing';
import { Select } from '../../components/Select';
import { ago, moment, plural } from '../../lib/format';
import { newPlanHref, planHref, plansHref, planStates } from '../../lib/partitionUrl';
import { Link, navigate } from '../../lib/router';
import { usePolling } from '../../lib/usePolling';
import { PlanStateMark, ProgressBar } from './PlanMarks';
import type { Plan } from './usePlans';
import { isFinal, usePlans } from './usePlans';
import { planName, spread, stateTexts } from './words';

function Entry({ plan }: { plan: Plan }) {
  const { totals } = plan;
  return (
    <li className="plan-item">
      <div className="plan-main">
        <Link className="plan-name" href={planHref(plan.id ?? '')}>
          {planName(plan)}
        </Link>
        <span className="quiet">
          by {plan.author} <time title={moment(plan.created_at)}>{ago(plan.created_at)}</time>
          {plan.environment !== null && ` in ${plan.environment}`}
        </span>
      </div>
      <PlanStateMark state={plan.state} />
      <span className="plan-size">
        {interval(totals.lower, totals.upper)} partitions{' '}
        <span className="quiet">
          in {plural(totals.datasets, 'dataset')}, {spread(plan.critical_path.duration_ms)}
        </span>
      </span>
      <ProgressBar progress={plan.progress} label={`Progress of ${planName(plan)}`} />
    </li>
  );
}

export function PlansPage({ params }: { params: URLSearchParams }) {
  const state = planStates.find((s) => s === params.get('state')) ?? null;
  const list = usePlans(state);
  const plans = list.pages.flatMap((page) => page.plans);
  usePolling({
    active: plans.some((plan) => !isFinal(plan) && plan.state !== 'draft'),
    sign: JSON.stringify(plans.map((plan) => [plan.id, plan.state, plan.progress])),
    failed: list.problem !== undefined,
    reload: list.reload,
  });
  return (
    <ReprocessingPage
      here="plans"
      title="Plans"
      lead="What is to be run again, in which order and at what cost. A plan is worked out once, approved by a person, and then handed out to workers as they ask for it."
    >
      <div className="filter-row" role="group" aria-label="Filters">
        <Select
          label="State"
          value={state}
          any="any"
          options={planStates.map((s) => [s, stateTexts[s]] as const)}
          onChange={(next) => navigate(plansHref(next))}
        />
        <Link className="button button-strong" href={newPlanHref()}>
          New plan
        </Link>
      </div>
      {list.problem && <ProblemNote problem={list.problem} onRetry={list.reload} />}
      {list.pages.length === 0 && list.loading && <Loading what="plans" />}
      {list.pages.length > 0 && plans.length === 0 && (
        <p className="note note-plain">
          {state === null ? 'No plan yet.' : `No plan is ${stateTexts[state]}.`}
        </p>
      )}
      <ul className="plan-list" aria-label="Plans">
        {plans.map((plan) => (
          <Entry key={plan.id} plan={plan} />
        ))}
      </ul>
      {list.more && (
        <button type="button" className="button" disabled={list.loading} onClick={list.more}>
          Load more
        </button>
      )}
    </ReprocessingPage>
  );
}
