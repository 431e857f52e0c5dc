// The settings of monitors while they are edited. What is at its default is learned.
import type { Schemas } from '../api/client';
import type { AgeUnit } from './moments';
import { durationMs, inUnit, isoDuration, unitMs } from './moments';
import type { DatasetMonitors, MonitorKind } from './verdicts';
import { monitorKinds } from './verdicts';

export interface Draft {
  enabled: boolean;
  sensitivity: string; // as typed
  age: string; // as typed; empty: as learned
  unit: AgeUnit;
}

export type Drafts = Record<MonitorKind, Draft>;
export type PutMonitors = Schemas['PutMonitors'];

export const learnedSensitivity = 5;
const most = 100;
const mostAgeMs = 3660 * unitMs.days;

export const learned: Draft = {
  enabled: true,
  sensitivity: String(learnedSensitivity),
  age: '',
  unit: 'hours',
};

export const hasAge = (kind: MonitorKind) => kind === 'freshness' || kind === 'schema';
// A column that is gone is gone, however sensitive one is.
export const hasSensitivity = (kind: MonitorKind) => kind !== 'schema';

export function draftsOf({ monitors }: DatasetMonitors): Drafts {
  const draft = (kind: MonitorKind): Draft => {
    const { enabled, sensitivity, max_age } = monitors[kind];
    const ms = max_age === null ? null : durationMs(max_age);
    const age = ms === null ? { age: '', unit: learned.unit } : aged(ms);
    return { enabled, sensitivity: String(sensitivity), ...age };
  };
  return {
    freshness: draft('freshness'),
    volume: draft('volume'),
    schema: draft('schema'),
    distribution: draft('distribution'),
  };
}

function aged(ms: number) {
  const { n, unit } = inUnit(ms);
  return { age: String(n), unit };
}

export function sensitivityWrong({ sensitivity }: Draft): boolean {
  const n = Number(sensitivity);
  return sensitivity.trim() === '' || !(n >= 1 && n <= most);
}

export function ageWrong({ age, unit }: Draft): boolean {
  if (age.trim() === '') return false;
  const ms = Number(age) * unitMs[unit];
  return !(ms >= 1000 && ms <= mostAgeMs);
}

export function isWrong(kind: MonitorKind, draft: Draft): boolean {
  return (hasSensitivity(kind) && sensitivityWrong(draft)) || (hasAge(kind) && ageWrong(draft));
}

type Setting = NonNullable<PutMonitors['freshness']>;

function settingOf(draft: Draft): Setting {
  const age = draft.age.trim();
  return {
    enabled: draft.enabled,
    sensitivity: Number(draft.sensitivity),
    ...(age === '' ? {} : { max_age: isoDuration(Number(age) * unitMs[draft.unit]) }),
  };
}

const same = (a: Draft, b: Draft) => JSON.stringify(settingOf(a)) === JSON.stringify(settingOf(b));

export const isLearned = (draft: Draft) => same(draft, learned);

export type Settings = Omit<PutMonitors, 'author' | 'reason'>;

// Only the monitors that were changed: the others stay as they are.
export function changedOf(before: Drafts, after: Drafts): Settings {
  const changed = monitorKinds.filter((kind) => !same(before[kind], after[kind]));
  return Object.fromEntries(changed.map((kind) => [kind, settingOf(after[kind])]));
}

export const allLearned: Settings = Object.fromEntries(
  monitorKinds.map((kind) => [kind, settingOf(learned)]),
);
