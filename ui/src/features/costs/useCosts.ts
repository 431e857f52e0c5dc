// Questions about the ledger.
import { ask } from '../../api/client';
import { api } from '../../api/client';
import type { CostState, Interval } from '../../lib/costUrl';
import { earlierOf, intervalOf } from '../../lib/costUrl';
import type { Unit } from '../../lib/measures';
import type { Resource } from '../../lib/useResource';
import type { Pages } from '../../lib/usePages';
import { usePages } from '../../lib/usePages';
import { useResource } from '../../lib/useResource';

export interface CostNode {
  name: string;
  key: string;
  nodeId?: string | null;
  value: number;
  share: number;
  before?: number | null;
  change?: number | null;
  children: CostNode[];
  other?: { count: number; value: number; before?: number | null } | null;
}

export interface Cut {
  frontier_count: number;
  reason: string;
  limit: number | null;
}

interface Head {
  measure: string;
  unit: Unit;
  view: string;
  from: string;
  to: string;
  seq: number;
  as_of: string;
  complete: boolean;
  cut: Cut | null;
}

interface Named {
  name: string;
  key: string;
  nodeId?: string;
}

export interface OneSeries extends Named {
  value: number;
  points: number[];
}

export interface Series extends Head {
  by: string;
  interval: string;
  periods: { name: string; from: string; to: string }[];
  series: OneSeries[];
  other: { count: number; value: number; points: number[] };
  total: { value: number; points: number[] };
}

export interface HotSpot extends Named {
  value: number;
  share: number;
}

export interface Hotspots extends Head {
  of: string;
  total: number;
  half: { items: number; share_of_items: number };
  gini: number;
  curve: { items: number; value: number; share: number }[];
  items: HotSpot[];
  totalCount: number;
  next_cursor: string | null;
}

export interface Wasted extends Named {
  value: number;
  runs?: number;
  partitions?: number;
}

export interface WasteList {
  value: number;
  share: number;
  items: Wasted[];
  totalCount: number;
}

export interface WasteAnswer extends Head {
  total: number;
  unread: WasteList;
  feeds_only_unread: WasteList;
  rewrites: WasteList;
  next_cursor: string | null;
}

export interface Sunburst extends Head {
  by: string[];
  total: number;
  before?: number | null;
  root: CostNode;
}

type Query = Record<string, string | number | string[] | undefined>;

// The interval as of one moment: it does not move while a page is looked at.
export interface Times {
  interval: Interval;
  earlier: Interval | null;
}

export function timesOf(state: CostState, now: number): Times {
  const interval = intervalOf(state, now);
  return { interval, earlier: earlierOf(state, interval) };
}

function get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  type Get = (
    path: string,
    options: { params: { query: Query }; signal?: AbortSignal },
  ) => Promise<{ data?: T; error?: unknown; response: Response }>;
  return ask((api.GET as unknown as Get)(path, { params: { query }, signal }));
}

export function common(state: CostState, { interval }: Times): Query {
  return {
    measure: state.measure,
    from: interval.from,
    to: interval.to,
    known_at: state.knownAt ?? undefined,
  };
}

function burstQuery(state: CostState, times: Times, path: readonly string[]): Query {
  return {
    ...common(state, times),
    by: state.by.join(','),
    view: state.view,
    path: path.length === 0 ? undefined : [...path],
    compare_from: times.earlier?.from,
    compare_to: times.earlier?.to,
  };
}

export function useSunburst(state: CostState, times: Times): Resource<Sunburst> {
  const query = { ...burstQuery(state, times, state.path), max_arcs: state.maxArcs };
  return useResource(JSON.stringify(query), (signal) =>
    get<Sunburst>('/costs/sunburst', query, signal),
  );
}

export interface Crumb {
  name: string;
  value: number;
  before: number | null;
}

// What lies on the way to the middle, but for all and for the middle itself.
export function useCrumbs(state: CostState, times: Times): Resource<Crumb[]> {
  const paths = state.path.slice(0, -1).map((_, i) => state.path.slice(0, i + 1));
  const queries = paths.map((path) => ({
    ...burstQuery(state, times, path),
    depth: 1,
    max_arcs: 1,
  }));
  return useResource(queries.length === 0 ? null : JSON.stringify(queries), (signal) =>
    Promise.all(
      queries.map(async (query) => {
        const { root } = await get<Sunburst>('/costs/sunburst', query, signal);
        return { name: root.name, value: root.value, before: root.before ?? null };
      }),
    ),
  );
}

export const seriesShown = 8;

export function useSeries(state: CostState, times: Times): Resource<Series> {
  const query = {
    ...common(state, times),
    view: state.view,
    by: state.seriesBy,
    interval: state.period,
    limit: seriesShown,
  };
  return useResource(JSON.stringify(query), (signal) =>
    get<Series>('/costs/series', query, signal),
  );
}

export function useHotspots(state: CostState, times: Times): Pages<Hotspots> {
  const query = { ...common(state, times), view: state.view, of: state.of, limit: 100 };
  return usePages(JSON.stringify(query), (cursor, signal) =>
    get<Hotspots>('/costs/hotspots', { ...query, cursor: cursor ?? undefined }, signal),
  );
}

function wasteQuery(state: CostState, times: Times, limit: number): Query {
  return { ...common(state, times), limit };
}

export function useWaste(state: CostState, times: Times): Pages<WasteAnswer> {
  const query = wasteQuery(state, times, 50);
  return usePages(JSON.stringify(query), (cursor, signal) =>
    get<WasteAnswer>('/costs/waste', { ...query, cursor: cursor ?? undefined }, signal),
  );
}

// All pages, for a file.
export async function allWaste(state: CostState, times: Times): Promise<WasteAnswer[]> {
  const query = wasteQuery(state, times, 1000);
  const pages: WasteAnswer[] = [];
  let cursor: string | null = null;
  do {
    const page: WasteAnswer = await get('/costs/waste', {
      ...query,
      cursor: cursor ?? undefined,
    });
    pages.push(page);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return pages;
}
