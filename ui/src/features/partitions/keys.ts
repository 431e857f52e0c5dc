// What the partition at an offset of a grid is called. The server names the first of the grid; the
// others are counted from it: days, weeks and months in the calendar of the zone, hours as they
// pass. docs/partition-rules.md has the form of keys. Plain maths, no view library.

export interface IndexOf {
  kind: 'time' | 'integer' | 'static' | 'none';
  granularity?: string | null;
  zone?: string | null;
  first: { key: string; start?: string | null };
  count: number; // of columns
  step?: number | null; // of integers
  keys?: readonly string[] | null; // of static keys
}

const day = 86_400_000;

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

// ISO 8601: the week of a Monday, in the year of its Thursday.
function weekText(monday: number): string {
  const thursday = new Date(monday + 3 * day);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * day));
  return `${year}-W${String(week).padStart(2, '0')}`;
}

function mondayOf(key: string): number | null {
  const match = /^(\d{4})-W(\d\d)$/.exec(key);
  if (!match) return null;
  const fourth = Date.UTC(Number(match[1]), 0, 4); // always in week 1
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7;
  return fourth - weekday * day + (Number(match[2]) - 1) * 7 * day;
}

function monthText(key: string, offset: number): string | null {
  const match = /^(\d{4})-(\d\d)$/.exec(key);
  if (!match) return null;
  const months = Number(match[1]) * 12 + Number(match[2]) - 1 + offset;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    timeZoneName: 'longOffset',
  });
  clocks.set(zone, made);
  return made;
}

function hourParts(ms: number, zone: string): { hour: string; offset: string } {
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const offset = (parts.timeZoneName ?? '').replace(/^GMT/, '') || '+00:00';
  return { hour: `${parts.year}-${parts.month}-${parts.day}T${parts.hour}`, offset };
}

// Where clocks go back two hours have one name: then the offset tells them apart.
function hourText(start: string, offset: number, zone: string): string {
  const at = Date.parse(start) + offset * 3_600_000;
  const { hour, offset: shift } = hourParts(at, zone);
  const twice = [-1, 1].some((n) => hourParts(at + n * 3_600_000, zone).hour === hour);
  return twice ? `${hour}${shift}` : hour;
}

function timeText(index: IndexOf, first: string, offset: number): string | null {
  switch (index.granularity) {
    case 'hour':
      return index.first.start ? hourText(index.first.start, offset, index.zone ?? 'UTC') : null;
    case 'day': {
      const start = Date.parse(`${first}T00:00:00Z`);
      return Number.isNaN(start) ? null : dateText(start + offset * day);
    }
    case 'week': {
      const monday = mondayOf(first);
      return monday === null ? null : weekText(monday + offset * 7 * day);
    }
    case 'month':
      return monthText(first, offset);
    default:
      return null;
  }
}

// "date=2026-10-01" has the name of the dimension; the value alone is the rest.
export function splitKey(key: string): { name: string | null; value: string } {
  const cut = key.indexOf('=');
  return cut === -1
    ? { name: null, value: key }
    : { name: key.slice(0, cut), value: key.slice(cut + 1) };
}

// The value along the index; null: it cannot be told here.
export function valueAt(index: IndexOf, offset: number): string | null {
  const { value } = splitKey(index.first.key);
  if (offset === 0) return value;
  if (index.kind === 'static') return index.keys?.[offset] ?? null;
  if (index.kind === 'integer') {
    const start = Number(value);
    return Number.isFinite(start) ? String(start + offset * (index.step ?? 1)) : null;
  }
  return index.kind === 'time' ? timeText(index, value, offset) : null;
}

// The whole key, with that of the lane: "date=2026-10-01,region=eu". The order does not matter to
// the server. A dataset without a space has one partition, the key of which is empty.
export function keyAt(index: IndexOf, offset: number, lane: string): string | null {
  if (index.kind === 'none') return lane;
  const value = valueAt(index, offset);
  if (value === null) return null;
  const { name } = splitKey(index.first.key);
  const own = name === null ? value : `${name}=${value}`;
  return lane === '' ? own : `${own},${lane}`;
}
