// What the partition at an offset of a grid is called. The server names the first of the grid; the
// others are counted from it: days, weeks and months in the calendar of the zone, hours as they
// pass. docs/partition-rules.md has the form of keys. Plain maths, no view library.
import { escapeKey, unescapeKey } from '../../lib/partitionKey';

export interface IndexOf {
  kind: 'time' | 'integer' | 'static' | 'none';
  granularity?: string | null;
  zone?: string | null;
  first: { key: string; start?: string | null } | null; // null: there is none
  count: number; // of partitions in a lane
  name: string | null; // of the dimension
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
      return index.first?.start ? hourText(index.first.start, offset, index.zone ?? 'UTC') : null;
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

// The value along the index; null: it cannot be told here.
export function valueAt(index: IndexOf, offset: number): string | null {
  const first = index.first?.key;
  if (first === undefined) return null;
  if (offset === 0) return first;
  if (index.kind === 'static') return index.keys?.[offset] ?? null;
  if (index.kind === 'integer') {
    const start = Number(first);
    return Number.isFinite(start) ? String(start + offset * (index.step ?? 1)) : null;
  }
  return index.kind === 'time' ? timeText(index, first, offset) : null;
}

// The whole key, with that of the lane: "date=2026-10-01,region=eu". The order does not matter to
// the server. A dataset without a space has one partition, the key of which is empty.
export function keyAt(index: IndexOf, offset: number, lane: string): string | null {
  if (index.kind === 'none') return lane;
  const value = valueAt(index, offset);
  if (value === null) return null;
  const own = index.name === null ? value : `${index.name}=${escapeKey(value)}`;
  return lane === '' ? own : `${own},${lane}`;
}

function partsOf(key: string): Map<string, string> {
  return new Map(
    key.split(',').map((part) => {
      const cut = part.indexOf('=');
      return cut === -1
        ? (['', unescapeKey(part)] as const)
        : ([unescapeKey(part.slice(0, cut)), unescapeKey(part.slice(cut + 1))] as const);
    }),
  );
}

function guess(index: IndexOf, value: string): number {
  const first = index.first?.key ?? '';
  if (index.kind === 'static') return index.keys?.indexOf(value) ?? -1;
  if (index.kind === 'integer') return (Number(value) - Number(first)) / (index.step ?? 1);
  if (index.granularity === 'week') {
    return ((mondayOf(value) ?? NaN) - (mondayOf(first) ?? NaN)) / (7 * day);
  }
  if (index.granularity === 'month') {
    const months = (key: string) => Number(key.slice(0, 4)) * 12 + Number(key.slice(5, 7));
    return months(value) - months(first);
  }
  const hourly = index.granularity === 'hour';
  const at = (key: string) =>
    Date.parse(hourly ? `${key.slice(0, 13)}:00:00Z` : `${key}T00:00:00Z`);
  return (at(value) - at(first)) / (hourly ? 3_600_000 : day);
}

const nearby = [0, 1, -1, 2, -2, 3, -3]; // hours that clocks were moved by

// Which offset and which lane a key means; null: none of this grid.
export function placeOf(
  index: IndexOf,
  lanes: readonly { key: string }[],
  key: string,
): { offset: number; row: number } | null {
  const parts = partsOf(key);
  const name = index.name ?? '';
  const value = parts.get(name) ?? (parts.size === 1 ? parts.get('') : undefined);
  parts.delete(name);
  parts.delete('');
  const row = lanes.findIndex((lane) => {
    const own = lane.key === '' ? new Map<string, string>() : partsOf(lane.key);
    return own.size === parts.size && [...own].every(([k, v]) => parts.get(k) === v);
  });
  if (row === -1) return null;
  if (index.kind === 'none') return { offset: 0, row };
  if (value === undefined) return null;
  const near = Math.round(guess(index, value));
  if (!Number.isSafeInteger(near)) return null;
  const shift = nearby.find((n) => valueAt(index, near + n) === value);
  if (shift === undefined) return null;
  const offset = near + shift;
  return offset >= 0 && offset < index.count ? { offset, row } : null;
}
