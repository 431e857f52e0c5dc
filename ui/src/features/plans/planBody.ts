// A new plan as it is filled in, and as it is sent. Plain values.
import type { PlanDraft } from '../../lib/partitionUrl';
import type { PlanInput } from './usePlans';

// What is not in the address: limits and names.
export interface Extras {
  name: string;
  partitions: string; // the budget, as it is written
  cost: string; // in the currency
  hours: string;
  perTask: string;
  tolerance: string;
}

export const noExtras: Extras = {
  name: '',
  partitions: '',
  cost: '',
  hours: '',
  perTask: '',
  tolerance: '',
};

export const extraLabels: Record<keyof Extras, string> = {
  name: 'Name',
  partitions: 'Partitions at most',
  cost: 'Cost at most',
  hours: 'Hours of work at most',
  perTask: 'Partitions a task at most',
  tolerance: 'Ask again beyond (× upper)',
};

function numberOf(text: string): number | null {
  const n = Number(text.replaceAll(',', ''));
  return text.trim() !== '' && Number.isFinite(n) && n >= 0 ? n : null;
}

// Fields that hold something that is not a number.
export function wrongExtras(extras: Extras): (keyof Extras)[] {
  return (Object.keys(noExtras) as (keyof Extras)[]).filter(
    (field) => field !== 'name' && extras[field].trim() !== '' && numberOf(extras[field]) === null,
  );
}

export function bodyOf(
  draft: PlanDraft,
  extras: Extras,
): Omit<PlanInput, 'author' | 'reason' | 'dry_run'> {
  const whole = (text: string, times = 1) => {
    const n = numberOf(text);
    return n === null ? undefined : Math.round(n * times);
  };
  const budget = {
    partitions: whole(extras.partitions),
    cost_micros: whole(extras.cost, 1e6),
    duration_ms: whole(extras.hours, 3_600_000),
  };
  const limited = Object.values(budget).some((n) => n !== undefined);
  const optional = {
    name: extras.name.trim() === '' ? undefined : extras.name.trim(),
    scope:
      draft.nodeIds.length > 0 ? { nodeIds: draft.nodeIds, direction: draft.direction } : undefined,
    changes: draft.changes.length > 0 ? draft.changes : undefined,
    until: draft.until ?? undefined,
    budget: limited ? budget : undefined,
    environment: draft.environment ?? undefined,
    max_partitions_per_task: whole(extras.perTask),
    tolerance: numberOf(extras.tolerance) ?? undefined,
    include: draft.include.length > 0 ? draft.include : undefined,
    refresh: draft.refresh ? undefined : false,
  };
  // What is left out takes the default that the contract names.
  return optional as ReturnType<typeof bodyOf>;
}
