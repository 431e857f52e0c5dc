// The pages about costs as addresses: which tab, what is measured, how it is cut, where in it one is,
// and when. What is at its default is left out.
import { addDays, dayMs } from './days';
import { oneOf, queryText, wholeNumber } from './lineageUrl';
import type { Measure } from './measures';
import { measures } from './measures';

export const costTabs = ['parts', 'time', 'hot', 'odd', 'waste', 'prices'] as const;
export type CostTab = (typeof costTabs)[number];

export const dimensions = [
  'owner',
  'namespace',
  'job',
  'dataset',
  'consumer',
  'consumer_type',
  'tag',
  'day',
  'week',
  'month',
] as const;
export type Dimension = (typeof dimensions)[number];

// Those that one of a kind can be asked of over time or among hot spots.
export const seriesDimensions = [
  'owner',
  'namespace',
  'job',
  'dataset',
  'consumer',
  'consumer_type',
  'tag',
] as const;
export type SeriesDimension = (typeof seriesDimensions)[number];
export const hotDimensions = ['job', 'dataset', 'owner', 'namespace'] as const;
export type HotDimension = (typeof hotDimensions)[number];

export const periods = ['day', 'week', 'month'] as const;
export type Period = (typeof periods)[number];

export const presets = [7, 30, 90] as const;

const shapes = ['sunburst', 'icicle'] as const;
export type CostShape = (typeof shapes)[number];

const views = ['direct', 'inherited'] as const;
export type CostView = (typeof views)[number];

// What the ledger can be asked of alone: keys, as the server writes them.
export const filterDimensions = [
  'owner',
  'namespace',
  'job',
  'dataset',
  'tag',
  'consumer',
] as const;
export type FilterDimension = (typeof filterDimensions)[number];
export type CostFilters = Partial<Record<FilterDimension, string>>;

export interface CostState {
  tab: CostTab;
  measure: Measure;
  by: Dimension[]; // at least one, from the middle outwards
  path: string[]; // keys, as the server writes them
  shape: CostShape;
  view: CostView;
  days: number; // up to the end of today, if there is no `from`
  from: string | null; // a moment
  to: string | null;
  compare: 'previous' | 'other' | null;
  compareFrom: string | null; // if other
  compareTo: string | null;
  knownAt: string | null;
  maxArcs: number;
  seriesBy: SeriesDimension; // over time
  period: Period;
  of: HotDimension; // hot spots
  version: number | null; // of the price book
  filters: CostFilters;
}

export const defaultBy: readonly Dimension[] = ['owner', 'job'];
export const defaultDays = 30;
export const defaultMaxArcs = 500;
export const mostArcs = 20_000; // more the server does not give

export function costState(more: Partial<CostState> = {}): CostState {
  return {
    tab: 'parts',
    measure: 'amount',
    by: [...defaultBy],
    path: [],
    shape: 'sunburst',
    view: 'direct',
    days: defaultDays,
    from: null,
    to: null,
    compare: null,
    compareFrom: null,
    compareTo: null,
    knownAt: null,
    maxArcs: defaultMaxArcs,
    seriesBy: 'owner',
    period: 'day',
    of: 'job',
    version: null,
    filters: {},
    ...more,
  };
}

function readBy(text: string | null): Dimension[] {
  const named = (text ?? '').split(',').flatMap((t) => dimensions.find((d) => d === t) ?? []);
  const unique = [...new Set(named)];
  return unique.length === 0 ? [...defaultBy] : unique;
}

function withinArcs(n: number | null): number {
  return n === null || n === 0 ? defaultMaxArcs : Math.min(n, mostArcs);
}

function readFilters(query: URLSearchParams): CostFilters {
  return Object.fromEntries(
    filterDimensions.flatMap((d) => {
      const key = query.get(d) ?? '';
      return key === '' ? [] : [[d, key]];
    }),
  );
}

export function parseCosts(query: URLSearchParams): CostState {
  const by = readBy(query.get('by'));
  const compare = query.get('compare');
  return costState({
    tab: oneOf(query.get('tab'), costTabs, 'parts'),
    measure: oneOf(query.get('measure'), measures, 'amount'),
    by,
    path: query.getAll('path').slice(0, by.length),
    shape: oneOf(query.get('shape'), shapes, 'sunburst'),
    view: oneOf(query.get('view'), views, 'direct'),
    days: wholeNumber(query.get('days')) || defaultDays,
    from: query.get('from'),
    to: query.get('to'),
    compare: compare === 'previous' || compare === 'other' ? compare : null,
    compareFrom: query.get('compare_from'),
    compareTo: query.get('compare_to'),
    knownAt: query.get('known_at'),
    maxArcs: withinArcs(wholeNumber(query.get('max'))),
    seriesBy: oneOf(query.get('each'), seriesDimensions, 'owner'),
    period: oneOf(query.get('period'), periods, 'day'),
    of: oneOf(query.get('of'), hotDimensions, 'job'),
    version: wholeNumber(query.get('version')),
    filters: readFilters(query),
  });
}

export function costsHref(more: Partial<CostState> = {}): string {
  const s = costState(more);
  const plain = costState();
  const unless = (value: string | number | null, usual: string | number | null) =>
    value === usual || value === null ? null : String(value);
  const text = queryText([
    ['tab', unless(s.tab, plain.tab)],
    ['measure', unless(s.measure, plain.measure)],
    ['by', unless(s.by.join(','), plain.by.join(','))],
    ...s.path.map((key) => ['path', key] as const),
    ['shape', unless(s.shape, plain.shape)],
    ['view', unless(s.view, plain.view)],
    ['days', s.from === null ? unless(s.days, plain.days) : null],
    ['from', s.from],
    ['to', s.to],
    ['compare', s.compare],
    ['compare_from', s.compare === 'other' ? s.compareFrom : null],
    ['compare_to', s.compare === 'other' ? s.compareTo : null],
    ['known_at', s.knownAt],
    ['max', unless(s.maxArcs, plain.maxArcs)],
    ['each', unless(s.seriesBy, plain.seriesBy)],
    ['period', unless(s.period, plain.period)],
    ['of', unless(s.of, plain.of)],
    ...filterDimensions.map((d) => [d, s.filters[d] ?? null] as const),
    ['version', unless(s.version, null)],
  ]);
  return text === '' ? '/costs' : `/costs?${text}`;
}

export interface Interval {
  from: string;
  to: string;
}

const midnight = (day: string) => `${day}T00:00:00Z`;

// [from, to): the last days up to the end of today, unless both ends were chosen.
export function intervalOf(s: CostState, now: number): Interval {
  const tomorrow = addDays(new Date(now).toISOString().slice(0, 10), 1);
  const to = s.to ?? midnight(tomorrow);
  if (s.from !== null) return { from: s.from, to };
  const end = Date.parse(to);
  const from = Number.isNaN(end) ? to : new Date(end - s.days * dayMs).toISOString();
  return { from: from.replace(/\.000Z$/, 'Z'), to };
}

// What is compared with: the interval of the same length right before, unless another was chosen.
export function earlierOf(s: CostState, { from, to }: Interval): Interval | null {
  if (s.compare === null) return null;
  if (s.compare === 'other' && s.compareFrom !== null && s.compareTo !== null) {
    return { from: s.compareFrom, to: s.compareTo };
  }
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (Number.isNaN(start) || Number.isNaN(end) || end <= start) return null;
  const before = new Date(start - (end - start)).toISOString().replace(/\.000Z$/, 'Z');
  return { from: before, to: from };
}

// A dimension changes place; what is further out than where the order changed is no longer walked.
export function moved(s: CostState, dimension: Dimension, steps: number): Partial<CostState> {
  const at = s.by.indexOf(dimension);
  const to = Math.min(s.by.length - 1, Math.max(0, at + steps));
  if (at < 0 || to === at) return {};
  const by = s.by.filter((d) => d !== dimension);
  by.splice(to, 0, dimension);
  return { by, path: s.path.slice(0, Math.min(at, to)) };
}

export function without(s: CostState, dimension: Dimension): Partial<CostState> {
  const at = s.by.indexOf(dimension);
  if (at < 0 || s.by.length === 1) return {};
  return { by: s.by.filter((d) => d !== dimension), path: s.path.slice(0, at) };
}

// Where one was in the whole says nothing of what is left by a filter: the walk begins anew.
export function filtered(
  s: CostState,
  dimension: FilterDimension,
  key: string | null,
): Partial<CostState> {
  const rest = Object.entries(s.filters).filter(([d]) => d !== dimension);
  const filters: CostFilters = Object.fromEntries(rest);
  return { filters: key === null ? filters : { ...filters, [dimension]: key }, path: [] };
}

export const hasFilters = (s: CostState) => Object.keys(s.filters).length > 0;

// The last days that hold costs, as many as are shown: up to the end of the day of the newest row.
export function latestOf(booked: Interval, days: number): Interval {
  const to = midnight(addDays(booked.to.slice(0, 10), 1));
  return { from: midnight(addDays(to.slice(0, 10), -days)), to };
}

// Nothing was booked in the interval at all.
export function outside(booked: Interval, { from, to }: Interval): boolean {
  return Date.parse(booked.to) < Date.parse(from) || Date.parse(booked.from) >= Date.parse(to);
}
