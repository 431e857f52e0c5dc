// Moments as people write and read them, in UTC like every time on these pages.

// "2026-10-03T02:40:00Z" as "2026-10-03 02:40:00"; fractions are kept, for they may matter.
export function written(iso: string): string {
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return iso;
  const fraction = /\.(\d*?)0*Z?$/.exec(iso)?.[1] ?? '';
  const text = t.toISOString().slice(0, 19).replace('T', ' ');
  return fraction === '' ? text : `${text}.${fraction}`;
}

// What was written, as RFC 3339 in UTC: a day, a minute, a second, with or without an offset.
// Null: it is no moment.
export function readMoment(text: string): string | null {
  const trimmed = text.trim().replace(/\s*UTC$/i, 'Z');
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[T ]+(\d\d:\d\d)(?::(\d\d(?:\.\d{1,9})?))?\s*(Z|[+-]\d\d:\d\d)?)?$/i.exec(
      trimmed,
    );
  if (!match) return null;
  const [, day, minute = '00:00', second = '00', offset = 'Z'] = match;
  const iso = `${day}T${minute}:${second}${offset.toUpperCase()}`;
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return null;
  // A day that does not exist is not silently another one.
  if (offset.toUpperCase() === 'Z') {
    return t.toISOString().slice(0, 10) === day ? iso : null;
  }
  return t.toISOString().replace(/\.000Z$/, 'Z');
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, 'Z');
}

// An ISO 8601 duration of weeks, days, hours, minutes and seconds, in milliseconds. Null: it is none.
export function durationMs(text: string): number | null {
  const match = /^P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(
    text,
  );
  if (!match) return null;
  const [w = 0, d = 0, h = 0, m = 0, s = 0] = match.slice(1).map((n) => Number(n ?? 0));
  return ((((w * 7 + d) * 24 + h) * 60 + m) * 60 + s) * 1000;
}

// The other way round, in whole seconds and in the server's own form: "P1DT12H".
export function isoDuration(ms: number): string {
  let rest = Math.round(ms / 1000);
  const take = (seconds: number, letter: string) => {
    const n = Math.floor(rest / seconds);
    rest -= n * seconds;
    return n > 0 ? `${n}${letter}` : '';
  };
  const days = take(86_400, 'D');
  const time = `${take(3600, 'H')}${take(60, 'M')}${take(1, 'S')}`;
  if (days === '' && time === '') return 'PT0S';
  return `P${days}${time === '' ? '' : `T${time}`}`;
}

export const ageUnits = ['days', 'hours', 'minutes', 'seconds'] as const;
export type AgeUnit = (typeof ageUnits)[number];
export const unitMs: Record<AgeUnit, number> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
};

// The largest unit of which a duration is a whole number.
export function inUnit(ms: number): { n: number; unit: AgeUnit } {
  const unit = ageUnits.find((u) => ms % unitMs[u] === 0) ?? 'seconds';
  return { n: ms / unitMs[unit], unit };
}
