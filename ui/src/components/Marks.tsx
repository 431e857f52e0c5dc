// Small marks that mean the same on every page: type, state of a run, severity.
import type { Schemas } from '../api/client';
import { Icon } from './Icons';

export type RunState = Schemas['RunState'];

const types = {
  DATASET: { icon: 'dataset', text: 'Dataset', look: 'is-dataset' },
  JOB: { icon: 'job', text: 'Job', look: 'is-job' },
  CONSUMER: { icon: 'consumer', text: 'Consumer', look: 'is-consumer' },
  DATASET_FIELD: { icon: 'field', text: 'Column', look: 'is-field' },
} as const;

export function TypeMark({ type }: { type: keyof typeof types }) {
  const { icon, text, look } = types[type];
  return (
    <span className={`type-mark ${look}`}>
      <Icon name={icon} />
      <span className="visually-hidden">{text}</span>
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
