// Verdicts about datasets, in words (docs/quality-rules.md).
import type { Schemas } from '../api/client';
import { bytes, count, duration, moment, plural } from './format';
import { wholeQuantity } from './measures';

export type MonitorStatus = Schemas['MonitorStatus'];
export type DatasetMonitors = Schemas['DatasetMonitors'];
export type Anomaly = Schemas['Anomaly'];
export type MonitorKind = keyof DatasetMonitors['monitors'];

export const monitorKinds = [
  'freshness',
  'volume',
  'schema',
  'distribution',
] as const satisfies readonly MonitorKind[];

export const kindTexts: Record<Anomaly['kind'], string> = {
  freshness: 'Freshness',
  volume: 'Volume',
  schema: 'Schema',
  distribution: 'Distribution',
  cost: 'Cost',
};

export const statusTexts: Record<MonitorStatus, string> = {
  unknown: 'unknown',
  learning: 'learning',
  ok: 'as usual',
  warning: 'unusual',
  failing: 'failing',
};

const bases: Record<string, string> = {
  weekday: 'of the same weekday',
  all_days: 'of all days',
  versions: 'versions of the schema',
};

// "0.0001%" of nothing is not told apart from nothing, so small shares keep their digits.
export function shareText(part: number): string {
  const percent = part * 100;
  if (percent === 0 || percent >= 0.01) return `${Number(percent.toFixed(2))}%`;
  return `${percent.toPrecision(2)}%`;
}

export function numberText(n: number): string {
  if (Number.isInteger(n) || Math.abs(n) >= 1000) return count(n);
  return n.toLocaleString('en', { maximumSignificantDigits: 5 });
}

export function measureText(measure: string, n: number): string {
  if (measure.endsWith('bytes')) return bytes(Math.round(n));
  if (measure.includes('share')) return shareText(n);
  return numberText(n);
}

export interface Judged {
  value: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  z: number;
  samples: number;
  basis: string;
}

// "usual 40,000; from 38,000 to 48,000 (8 values of the same weekday)".
function usualText(j: Judged, text: (n: number) => string): string {
  const parts = j.expected === null ? [] : [`usual ${text(j.expected)}`];
  if (j.low !== null && j.high !== null) parts.push(`from ${text(j.low)} to ${text(j.high)}`);
  else if (j.high !== null) parts.push(`at most ${text(j.high)}`);
  else if (j.low !== null) parts.push(`at least ${text(j.low)}`);
  if (j.basis === 'declared') return `${parts.join('; ')} (as set)`;
  const basis = bases[j.basis];
  const rests = j.samples > 0 && basis ? ` (${plural(j.samples, 'value')} ${basis})` : '';
  return `${parts.join('; ')}${rests}`;
}

// The same with what was seen before it.
export function verdictText(j: Judged, text: (n: number) => string): string {
  const seen = j.value === null ? 'not measured' : text(j.value);
  const usual = usualText(j, text);
  return usual === '' || usual.startsWith(' (') ? `${seen}${usual}` : `${seen}; ${usual}`;
}

const volumeTexts: Record<string, string> = {
  rows: 'rows written',
  bytes: 'bytes written',
  total_rows: 'rows in all',
  total_bytes: 'bytes in all',
};

const seconds = (n: number) => duration(n * 1000);

// An age has no least: nothing is too fresh.
export function ageText(age: Judged): string {
  return verdictText({ ...age, low: null }, seconds);
}

type Volume = DatasetMonitors['monitors']['volume'];

function volumeName(v: Volume): string {
  return `${volumeTexts[v.measure]}${v.daily ? ' a day' : ''}${v.per_partition ? ', per partition' : ''}`;
}

export function volumeText(v: Volume): string {
  return `${volumeName(v)}: ${verdictText(v, (n) => measureText(v.measure, n))}`;
}

export interface MonitorLine {
  kind: MonitorKind;
  status: MonitorStatus;
  off: boolean;
  text: string;
  more: string[]; // one line each
}

export function monitorLines({ monitors: m }: DatasetMonitors): MonitorLine[] {
  const { freshness, volume, schema, distribution } = m;
  const changes = schema.changes.map(
    ({ column, change, before, after }) =>
      `${column} ${change}${change === 'retyped' ? ` from ${before ?? '–'} to ${after ?? '–'}` : ''}`,
  );
  const odd = distribution.columns.map(
    (c) =>
      `${c.column}, ${c.measure.replaceAll('_', ' ')}: ${verdictText(c, (n) => measureText(c.measure, n))}`,
  );
  const rest = (total: number, shown: number) =>
    total > shown ? [`and ${count(total - shown)} more`] : [];
  return [
    {
      kind: 'freshness',
      status: freshness.status,
      off: !freshness.enabled,
      text:
        freshness.last_write === null
          ? 'never written'
          : `written ${moment(freshness.last_write)}${freshness.due ? `, next due ${moment(freshness.due)}` : ''}; age ${ageText(freshness)}`,
      more: [],
    },
    {
      kind: 'volume',
      status: volume.status,
      off: !volume.enabled,
      text: volumeText(volume),
      more: [],
    },
    {
      kind: 'schema',
      status: schema.status,
      off: !schema.enabled,
      text:
        schema.changed_at === null
          ? 'not changed'
          : `changed ${moment(schema.changed_at)}: ${plural(schema.changes_total, 'column')}`,
      more: [...changes, ...rest(schema.changes_total, changes.length)],
    },
    {
      kind: 'distribution',
      status: distribution.status,
      off: !distribution.enabled,
      text:
        distribution.checks === 0
          ? 'nothing measured of its columns'
          : `${plural(distribution.checks, 'check')}, ${count(distribution.learning)} still learning; unusual: ${count(distribution.columns_total)}`,
      more: [...odd, ...rest(distribution.columns_total, odd.length)],
    },
  ];
}

// The numbers behind an anomaly; those of costs are whole units of `costUnit`: "age 2 d; usual 1 d; at most 1 d 4 h (8 values of the same weekday)".
export function anomalyText(a: Anomaly, costUnit = ''): string {
  const named = (n: number) => measureText(a.measure, n);
  switch (a.kind) {
    case 'freshness':
      return `not written for ${ageText(a)}`;
    case 'volume':
      return `${volumeTexts[a.measure] ?? a.measure}: ${verdictText(a, named)}`;
    case 'schema':
      return `${a.column ?? 'a column'} ${a.measure}${(a.value ?? 1) > 1 ? `, and ${plural((a.value ?? 1) - 1, 'other break')}` : ''}`;
    case 'cost':
      return `${a.measure.replaceAll('_', ' ')}: ${verdictText(a, (n) => wholeQuantity(n, a.measure, costUnit))}`;
    default:
      return `${a.column ?? ''}, ${a.measure.replaceAll('_', ' ')}: ${verdictText(a, named)}`;
  }
}

const nothingLearned = 'nothing yet';

// What a monitor has learned, whatever was set.
export function learnedText({ monitors }: DatasetMonitors, kind: MonitorKind): string {
  const { freshness: f, volume: v, distribution: d } = monitors;
  switch (kind) {
    case 'freshness':
      // A most that was set takes the place of the learned one.
      return f.expected === null
        ? nothingLearned
        : usualText(
            { ...f, low: null, ...(f.basis === 'declared' ? { high: null, basis: 'none' } : {}) },
            seconds,
          );
    case 'volume':
      return v.expected === null
        ? nothingLearned
        : `${volumeName(v)}: ${usualText(v, (n) => measureText(v.measure, n))}`;
    case 'schema':
      return 'compared with the columns of 7 days before';
    default:
      return d.checks === 0
        ? nothingLearned
        : `${plural(d.checks, 'check')} of columns, ${count(d.learning)} still learning`;
  }
}
