// What two sides have in common, in words.
import { count, moment, plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import type { CompareAnswer } from './useQuality';

export type Likeness = CompareAnswer['verdict'];

export const likenessTexts: Record<Likeness, string> = {
  equal: 'equal',
  differs: 'differs',
  unknown: 'not known',
};

export const partTexts = {
  schema: 'Schema',
  profile: 'Measurements',
  partitions: 'Partitions',
} as const;

export function schemaText({ verdict, total }: NonNullable<CompareAnswer['schema']>): string {
  if (verdict === 'unknown') return 'Of at least one side no schema is known.';
  if (total === 0) return 'The same columns, with the same types.';
  return `${plural(total, 'column differs', 'columns differ')}.`;
}

export function profileText(
  { verdict, compared, beyond }: NonNullable<CompareAnswer['profile']>,
  tolerance: number,
): string {
  if (verdict === 'unknown') return 'Nothing was measured of both sides alike.';
  const than = tolerance === 0 ? 'differ' : `differ by more than ${percent(tolerance)}`;
  if (beyond === 0) {
    const within = tolerance === 0 ? 'equal' : `equal within ${percent(tolerance)}`;
    return `${plural(compared, 'measure')} of both sides, ${compared === 1 ? '' : 'all '}${within}.`;
  }
  const verb = beyond === 1 && tolerance === 0 ? 'differs' : than;
  return `${count(beyond)} of ${plural(compared, 'measure')} of both sides ${verb}.`;
}

export function partitionsText(p: NonNullable<CompareAnswer['partitions']>): string {
  if (p.verdict === 'unknown') return 'Of no side are partitions known.';
  const both = p.equal.count + p.different.count;
  const parts = [
    p.different.count > 0 ? `${count(p.different.count)} differ` : '',
    p.only_left.count > 0 ? `${count(p.only_left.count)} only on the left` : '',
    p.only_right.count > 0 ? `${count(p.only_right.count)} only on the right` : '',
  ].filter((text) => text !== '');
  const all = plural(both + p.only_left.count + p.only_right.count, 'partition');
  return parts.length === 0 ? `${all}, all equal.` : `Of ${all}: ${parts.join(', ')}.`;
}

export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))}%`;
}

// "core.orders, as of 2026-10-03 00:00:00 UTC".
export function sideText({ nodeId, as_of, environment }: CompareAnswer['left']): string {
  const { name } = readable(nodeId);
  if (as_of !== null) return `${name}, as of ${moment(as_of)}`;
  return environment === null ? name : `${name} in ${environment}`;
}

export function verdictTitle({ verdict, left, right }: CompareAnswer): string {
  const both = `${sideText(left)} and ${sideText(right)}`;
  if (verdict === 'equal') return `Equal: ${both}`;
  if (verdict === 'differs') return `Different: ${both}`;
  return `Cannot be told: ${both}`;
}

// Digit by digit: two values that differ must not look alike.
export function exactText(measure: string, n: number): string {
  if (measure.includes('share')) return `${Number((n * 100).toPrecision(6))}%`;
  const text = n.toLocaleString('en', { maximumSignificantDigits: 15 });
  return measure.endsWith('bytes') ? `${text} B` : text;
}

export function apartText(measure: string, relative: number | null): string {
  if (relative === null) return '–';
  if (relative === 0) return '=';
  const text = Number((relative * 100).toPrecision(3));
  return measure.includes('share') ? `${text} points` : `${text}%`;
}
