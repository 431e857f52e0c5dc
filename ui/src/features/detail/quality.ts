// What was measured over time, as lines. No markup.
import type { Sample } from '../../lib/lines';
import type { Profile, ProfileColumn } from './useQuality';

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
