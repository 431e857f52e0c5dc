// Numbers, times and sizes for people.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export function count(n: number): string {
  return Math.abs(n) < 100_000 ? whole.format(n) : short.format(n);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = n;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  const parts: [number, string][] = [
    [Math.floor(s / 86400), 'd'],
    [Math.floor((s % 86400) / 3600), 'h'],
    [Math.floor((s % 3600) / 60), 'min'],
    [s % 60, 's'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(' ');
}

// "2026-10-04 02:49:40 UTC": pipelines are read in UTC, so that two people see the same.
export function moment(iso: string | null | undefined): string {
  if (!iso) return '–';
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return iso;
  return `${t.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function ago(iso: string | null | undefined, now: number = Date.now()): string {
  if (!iso) return 'never';
  const t = new Date(iso).getTime();
  if (Number.isNaN(t)) return iso;
  const s = Math.round((now - t) / 1000);
  const steps: [number, string][] = [
    [60, 's'],
    [3600, 'min'],
    [86400, 'h'],
    [86400 * 60, 'd'],
    [86400 * 730, 'months'],
  ];
  if (Math.abs(s) < 5) return 'just now';
  const at = steps.findIndex(([limit]) => Math.abs(s) < limit);
  const divisor = [1, 60, 3600, 86400, 86400 * 30.44, 86400 * 365.25][at === -1 ? 5 : at] ?? 1;
  const unit = at === -1 ? 'years' : steps[at]?.[1];
  const n = Math.round(Math.abs(s) / divisor);
  return s < 0 ? `in ${n} ${unit}` : `${n} ${unit} ago`;
}
