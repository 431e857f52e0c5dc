// Small marks that mean the same on every page: type, state of a run, severity.
import type { Schemas } from '../api/client';
import { Icon } from './Icons';

export type RunState = Schemas['RunState'];

export function TypeMark({ type }: { type: Schemas['NodeType'] }) {
  const job = type === 'JOB';
  return (
    <span className={`type-mark ${job ? 'is-job' : 'is-dataset'}`}>
      <Icon name={job ? 'job' : 'dataset'} />
      <span className="visually-hidden">{job ? 'Job' : 'Dataset'}</span>
    </span>
  );
}

export const stateText: Record<RunState, string> = {
  UNKNOWN: 'unknown',
  NEW: 'new',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  ABORTED: 'aborted',
};

export function StateMark({ state }: { state: RunState }) {
  return <span className={`state state-${state.toLowerCase()}`}>{stateText[state]}</span>;
}

export function SeverityMark({ severity }: { severity: Schemas['Severity'] }) {
  return <span className={`severity severity-${severity}`}>{severity}</span>;
}

export function Loading({ what }: { what: string }) {
  return (
    <p className="loading" role="status">
      Loading {what} …
    </p>
  );
}
