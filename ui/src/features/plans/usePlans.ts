// Plans: the list, one of them and its tasks, and what is done with them.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { PlanStateName } from '../../lib/partitionUrl';
import type { Pages } from '../../lib/usePages';
import { usePages, withCursor } from '../../lib/usePages';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export type Progress = Schemas['PartitionProgress'];
// The generated type of `progress` forbids every member: a part of it only requires one.
export type Plan = Omit<Schemas['Plan'], 'progress'> & { progress: Progress };
export type PlanInput = Schemas['PlanInput'];
export type Task = Schemas['PlanTask'];
export type TaskState = Schemas['TaskState'];

interface PlanList {
  plans: Plan[];
  next: string | null;
}

export function usePlans(
  state: PlanStateName | null,
): Pages<PlanList & { next_cursor: string | null }> {
  const query = { state: state ?? undefined, limit: 50 };
  return usePages(JSON.stringify(query), (cursor, signal) =>
    ask(
      api.GET('/plans', { params: { query: { ...query, cursor: cursor ?? undefined } }, signal }),
    ).then(withCursor),
  );
}

export function usePlan(id: string): Resource<Plan> {
  return useResource(id, (signal) =>
    ask(api.GET('/plans/{id}', { params: { path: { id } }, signal })),
  );
}

export const tasksPerPage = 100;

export interface Tasks {
  tasks: Task[];
  next: string | null; // there are more
}

// So many pages in a row, so that all that is shown can be looked at again at once.
export function useTasks(id: string, state: TaskState | null, pages: number): Resource<Tasks> {
  return useResource(JSON.stringify([id, state, pages]), async (signal) => {
    const tasks: Task[] = [];
    let next: string | null = null;
    for (let page = 0; page < pages && (page === 0 || next !== null); page++) {
      const query: { state?: TaskState; limit: number; cursor?: string } = {
        state: state ?? undefined,
        limit: tasksPerPage,
        cursor: next ?? undefined,
      };
      const answer: Schemas['TaskList'] = await ask(
        api.GET('/plans/{id}/tasks', { params: { path: { id }, query }, signal }),
      );
      tasks.push(...answer.tasks);
      next = answer.next;
    }
    return { tasks, next };
  });
}

export async function workOut(body: PlanInput): Promise<Plan> {
  return ask(api.POST('/plans', { body }));
}

export type Action = 'approve' | 'pause' | 'resume' | 'cancel';

export async function act(
  id: string,
  action: Action,
  body: Schemas['AuthorAndReason'],
): Promise<Plan> {
  const call = { params: { path: { id } }, body };
  switch (action) {
    case 'approve':
      return ask(api.POST('/plans/{id}/approve', call));
    case 'pause':
      return ask(api.POST('/plans/{id}/pause', call));
    case 'resume':
      return ask(api.POST('/plans/{id}/resume', call));
    case 'cancel':
      return ask(api.POST('/plans/{id}/cancel', call));
  }
}

export function isFinal(plan: Plan): boolean {
  return plan.state === 'done' || plan.state === 'cancelled';
}
