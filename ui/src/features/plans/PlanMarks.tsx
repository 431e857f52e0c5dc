// State and progress of a plan or of a task.
import { count } from '../../lib/format';
import type { PlanStateName } from '../../lib/partitionUrl';
import type { Progress, TaskState } from './usePlans';
import { progressText, settled, stateTexts, totalOf } from './words';

export function PlanStateMark({ state }: { state: PlanStateName }) {
  return <span className={`state plan-${state}`}>{stateTexts[state]}</span>;
}

export function TaskStateMark({ state }: { state: TaskState }) {
  return <span className={`state task-${state}`}>{state}</span>;
}

const parts = ['done', 'skipped', 'running', 'failed', 'blocked', 'pending'] as const;

export function ProgressBar({ progress, label }: { progress: Progress; label: string }) {
  const all = totalOf(progress);
  const text = progressText(progress);
  return (
    <span
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={all}
      aria-valuenow={settled(progress)}
      aria-valuetext={text}
      title={text}
    >
      {parts.map((part) => {
        const n = progress[part] ?? 0;
        return n > 0 ? (
          <span key={part} className={`progress-${part}`} style={{ flexGrow: n / all }} />
        ) : null;
      })}
    </span>
  );
}

export function ProgressText({ progress }: { progress: Progress }) {
  return (
    <span className="progress-text">
      <strong>
        {count(settled(progress))} of {count(totalOf(progress))}
      </strong>{' '}
      <span className="quiet">{progressText(progress)}</span>
    </span>
  );
}
