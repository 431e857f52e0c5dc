// What was measured, and verdicts about it, in words and lines. No markup.
import { bytes, count, duration, moment, plural } from '../../lib/format';
import type { Sample } from '../../lib/lines';
import type { DatasetMonitors, MonitorStatus, Profile, ProfileColumn } from './useQuality';

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
  declared: 'declared',
  versions: 'versions of the schema',
};

// "0.0001%" of nothing is not told apart from nothing, so small shares keep their digits.
export function shareText(part: number): string {
  const percent = part * 100;
  if (percent === 0 || percent >= 0.01) return `${Number(percent.toFixed(2))}%`;
  return `${percent.toPrecision(2)}%`;
}

export function numberText(n: number): string {
  if (Number.isInteger(n)) return count(n);
  return n.toLocaleString('en', { maximumSignificantDigits: 5 });
}

export function measureText(measure: string, n: number): string {
  if (measure.endsWith('bytes')) return bytes(n);
  if (measure.includes('share')) return shareText(n);
  return numberText(n);
}

interface Judged {
  value: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  z: number;
  samples: number;
  basis: string;
}

// "44,782; usual 40,000, from 38,000 to 48,000 (8 values of the same weekday)".
export function verdictText(j: Judged, text: (n: number) => string): string {
  const parts = [j.value === null ? 'not measured' : text(j.value)];
  if (j.expected !== null) parts.push(`usual ${text(j.expected)}`);
  const range =
    j.low !== null && j.high !== null
      ? `from ${text(j.low)} to ${text(j.high)}`
      : j.high !== null
        ? `at most ${text(j.high)}`
        : j.low !== null
          ? `at least ${text(j.low)}`
          : '';
  if (range !== '') parts.push(range);
  const basis = bases[j.basis];
  const rests = j.samples > 0 && basis ? ` (${plural(j.samples, 'value')} ${basis})` : '';
  return `${parts.join('; ')}${rests}`;
}

const volumeTexts = {
  rows: 'rows written',
  bytes: 'bytes written',
  total_rows: 'rows in all',
  total_bytes: 'bytes in all',
};

export interface MonitorLine {
  kind: string;
  status: MonitorStatus;
  off: boolean;
  text: string;
  more: string[]; // one line each
}

export function monitorLines({ monitors: m }: DatasetMonitors): MonitorLine[] {
  const seconds = (n: number) => duration(n * 1000);
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
      kind: 'Freshness',
      status: freshness.status,
      off: !freshness.enabled,
      text:
        freshness.last_write === null
          ? 'never written'
          : `written ${moment(freshness.last_write)}${freshness.due ? `, next due ${moment(freshness.due)}` : ''}; age ${verdictText(freshness, seconds)}`,
      more: [],
    },
    {
      kind: 'Volume',
      status: volume.status,
      off: !volume.enabled,
      text: `${volumeTexts[volume.measure]}${volume.daily ? ' a day' : ''}${volume.per_partition ? ', per partition' : ''}: ${verdictText(volume, (n) => measureText(volume.measure, n))}`,
      more: [],
    },
    {
      kind: 'Schema',
      status: schema.status,
      off: !schema.enabled,
      text:
        schema.changed_at === null
          ? 'not changed'
          : `changed ${moment(schema.changed_at)}: ${plural(schema.changes_total, 'column')}`,
      more: [...changes, ...rest(schema.changes_total, changes.length)],
    },
    {
      kind: 'Distribution',
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

// What was written or observed; what readers measured is about their part of it.
export function ofDataset(profiles: readonly Profile[]): Profile[] {
  return profiles.filter((p) => p.role !== 'read');
}

export function samplesOf(
  profiles: readonly Profile[],
  value: (p: Profile) => number | null | undefined,
): Sample[] {
  return profiles.map((p) => ({ time: Date.parse(p.time), value: value(p) ?? null }));
}

export function hasValues(samples: readonly Sample[]): boolean {
  return samples.some((s) => s.value !== null);
}

export function columnsOf(profiles: readonly Profile[]): string[] {
  return [...new Set(profiles.flatMap((p) => p.columns.map((c) => c.name)))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
}

export function inColumn(name: string, value: (c: ProfileColumn) => number | null | undefined) {
  return (p: Profile) => {
    const column = p.columns.find((c) => c.name === name);
    return column ? value(column) : null;
  };
}

// One line for each quantile that was ever reported, the lowest first.
export function quantilesOf(profiles: readonly Profile[], column: string) {
  const shares = new Set(
    profiles.flatMap(
      (p) => p.columns.find((c) => c.name === column)?.quantiles.map((q) => q.share) ?? [],
    ),
  );
  return [...shares]
    .sort((a, b) => a - b)
    .map((share) => ({
      name: `p${Number((share * 100).toFixed(2))}`,
      samples: samplesOf(
        profiles,
        inColumn(column, (c) => c.quantiles.find((q) => q.share === share)?.value),
      ),
    }));
}
