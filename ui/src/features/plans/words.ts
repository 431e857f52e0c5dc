// Plans in words and numbers.
import { count, duration, moment, plural } from '../../lib/format';
import type { PlanStateName } from '../../lib/partitionUrl';
import type { Action, Plan, Progress, Task } from './usePlans';

export const stateTexts: Record<PlanStateName, string> = {
  draft: 'draft',
  approved: 'approved',
  executing: 'executing',
  paused: 'paused',
  cancelled: 'cancelled',
  done: 'done',
};

export const actionTexts: Record<Action, string> = {
  approve: 'Approve',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel the plan',
};

export function actionsOf(state: PlanStateName): Action[] {
  switch (state) {
    case 'draft':
      return ['approve', 'cancel'];
    case 'approved':
    case 'executing':
      return ['pause', 'cancel'];
    case 'paused':
      return ['resume', 'cancel'];
    default:
      return [];
  }
}

export function planName(plan: Pick<Plan, 'id' | 'name'>): string {
  return plan.name ?? (plan.id === null ? 'Dry run' : `Plan ${plan.id}`);
}

// "3 wait for inputs, 4 for a quiet period, the first until 10:00"; nothing where nothing waits.
export function waitingText({ inputs, quiet, until }: Plan['waiting']): string | null {
  if (inputs + quiet === 0) return null;
  const parts = [
    inputs > 0 && `${count(inputs)} for inputs that are not there`,
    quiet > 0 &&
      `${count(quiet)} for a quiet period${until ? `, the first until ${moment(until)}` : ''}`,
  ];
  return `Waiting: ${parts.filter(Boolean).join('; ')}.`;
}

export function waitText({ for: why, partitions, until }: Task['waiting'][number]): string {
  const some = `${plural(partitions, 'partition')} from here on`;
  if (why === 'inputs') return `${some} wait for inputs from `;
  return `${some} wait${until ? ` until ${moment(until)}` : ''} for no more writes of `;
}

interface Percentiles {
  p50: number | null;
  p90: number | null;
}

// "2 min – 5 min": half of the times it takes no longer than the first, nine of ten times than the
// second.
export function spread({ p50, p90 }: Percentiles): string {
  if (p50 === null || p50 < 0) return 'not known';
  if (p90 === null || p90 <= p50) return duration(p50);
  return `${duration(p50)} – ${duration(p90)}`;
}

function amount(micros: number): string {
  const n = micros / 1e6;
  return n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 2 : 0 });
}

export function cost({ p50, p90, currency }: Percentiles & { currency?: string | null }): string {
  if (p50 === null || p50 < 0) return 'not known';
  const unit = currency ? ` ${currency}` : '';
  if (p90 === null || p90 <= p50) return `${amount(p50)}${unit}`;
  return `${amount(p50)} – ${amount(p90)}${unit}`;
}

export function totalOf(p: Progress): number {
  return p.done + p.skipped + p.running + p.failed + (p.blocked ?? 0) + p.pending;
}

export function settled(p: Progress): number {
  return p.done + p.skipped;
}

export function progressText(p: Progress): string {
  const parts: [number, string][] = [
    [p.done, 'done'],
    [p.skipped, 'skipped'],
    [p.running, 'running'],
    [p.failed, 'failed'],
    [p.blocked ?? 0, 'blocked'],
    [p.pending, 'pending'],
  ];
  const text = parts.flatMap(([n, what]) => (n > 0 ? [`${count(n)} ${what}`] : []));
  return text.length === 0 ? plural(0, 'partition') : text.join(', ');
}

export const omissionTexts = {
  budget: 'beyond the budget',
  unrecoverable: 'cannot be computed any more',
  upstream_left_out: 'reads what was left out',
} as const;

export const reasonTexts = {
  code: 'code',
  inputs: 'inputs',
  code_and_inputs: 'code and inputs',
  missing: 'missing',
  refresh: 'refresh window',
  maybe: 'maybe',
} as const;
