// The pages about quality as addresses: what is listed, and when. Defaults are left out.
import { dayMs } from './days';
import { oneOf, queryText, wholeNumber } from './lineageUrl';
import type { Anomaly, MonitorKind, MonitorStatus } from './verdicts';
import { monitorKinds } from './verdicts';

export const qualityTabs = ['monitors', 'anomalies'] as const;
export type QualityTab = (typeof qualityTabs)[number];

// What is unhealthy is what fails, and then what is unusual.
export const listed = ['unhealthy', 'failing', 'warning', 'learning', 'ok', 'unknown'] as const;
export type Listed = (typeof listed)[number];

export const anomalyKinds = ['freshness', 'volume', 'schema', 'distribution', 'cost'] as const;

export const anomalyDays = [7, 30, 92] as const; // more the server does not look at
const defaultDays = 7;

export interface QualityState {
  tab: QualityTab;
  status: Listed;
  kind: MonitorKind | null; // null: the worst of a dataset
  at: string | null; // the moment that is judged; null: now
  kinds: Anomaly['kind'][]; // in their own order; empty: all
  days: number; // up to today, if there is no `from`
  from: string | null;
  to: string | null;
}

export function qualityState(more: Partial<QualityState> = {}): QualityState {
  return {
    tab: 'monitors',
    status: 'unhealthy',
    kind: null,
    at: null,
    kinds: [],
    days: defaultDays,
    from: null,
    to: null,
    ...more,
  };
}

export function parseQuality(query: URLSearchParams): QualityState {
  const kinds = (query.get('kinds') ?? '').split(',');
  return qualityState({
    tab: oneOf(query.get('tab'), qualityTabs, 'monitors'),
    status: oneOf(query.get('status'), listed, 'unhealthy'),
    kind: monitorKinds.find((k) => k === query.get('kind')) ?? null,
    at: query.get('at'),
    kinds: anomalyKinds.filter((k) => kinds.includes(k)),
    days: wholeNumber(query.get('days')) || defaultDays,
    from: query.get('from'),
    to: query.get('to'),
  });
}

export function qualityHref(more: Partial<QualityState> = {}): string {
  const s = qualityState(more);
  const text = queryText([
    ['tab', s.tab === 'monitors' ? null : s.tab],
    ['status', s.status === 'unhealthy' ? null : s.status],
    ['kind', s.kind],
    ['at', s.at],
    ['kinds', s.kinds.length === 0 ? null : s.kinds.join(',')],
    ['days', s.from !== null || s.days === defaultDays ? null : String(s.days)],
    ['from', s.from],
    ['to', s.to],
  ]);
  return text === '' ? '/quality' : `/quality?${text}`;
}

export function statusesOf(status: Listed): MonitorStatus[] {
  return status === 'unhealthy' ? ['failing', 'warning'] : [status];
}

export function withKind(kinds: readonly Anomaly['kind'][], kind: Anomaly['kind']) {
  const next = kinds.includes(kind) ? kinds.filter((k) => k !== kind) : [...kinds, kind];
  return anomalyKinds.filter((k) => next.includes(k));
}

// The first and the last day are whole: `from` and `to` only name them.
export function anomalyInterval(s: QualityState, now: number): { from: string; to?: string } {
  if (s.from !== null) return { from: s.from, ...(s.to === null ? {} : { to: s.to }) };
  const end = s.to === null ? now : Date.parse(s.to) - 1;
  const start = Number.isNaN(end) ? now : end - (s.days - 1) * dayMs;
  const from = `${new Date(start).toISOString().slice(0, 10)}T00:00:00Z`;
  return { from, ...(s.to === null ? {} : { to: s.to }) };
}
