// Days as the server writes them, "2026-10-03", and rows of them without gaps.

export const dayMs = 86_400_000;

export function dayOf(iso: string): string {
  return iso.slice(0, 10);
}

export function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * dayMs).toISOString().slice(0, 10);
}

export interface DayCount {
  day: string;
  count: number;
}

// Every day from the first to before the last, zero where nothing is said. At most `most` days: the
// last ones then.
export function everyDay(
  counts: readonly DayCount[],
  from: string,
  to: string,
  most = 400,
): DayCount[] {
  const known = new Map(counts.map(({ day, count }) => [day, count]));
  const first = Date.parse(`${dayOf(from)}T00:00:00Z`);
  const last = Date.parse(`${dayOf(to)}T00:00:00Z`);
  const n = Math.round((last - first) / dayMs);
  if (!Number.isFinite(n) || n <= 0) return [];
  const shown = Math.min(n, most);
  return Array.from({ length: shown }, (_, i) => {
    const day = new Date(first + (n - shown + i) * dayMs).toISOString().slice(0, 10);
    return { day, count: known.get(day) ?? 0 };
  });
}
