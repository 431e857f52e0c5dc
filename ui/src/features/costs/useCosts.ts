// Questions about the ledger.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { CostFilters, CostState, FilterDimension, Interval } from '../../lib/costUrl';
import { earlierOf, intervalOf } from '../../lib/costUrl';
import { dayMs } from '../../lib/days';
import type { Resource } from '../../lib/useResource';
import type { Pages } from '../../lib/usePages';
import { usePages } from '../../lib/usePages';
import { useResource } from '../../lib/useResource';

export type CostNode = Schemas['CostArc'];
// The times of the first and the last row of the ledger; null: it is empty.
export type Booked = Schemas['CostBooked'];
export type Sunburst = Schemas['SunburstAnswer'];
export type Series = Schemas['CostSeriesAnswer'];
export type Hotspots = Schemas['CostHotspotsAnswer'];
export type WasteAnswer = Schemas['CostWasteAnswer'];
export type WasteList = Schemas['CostWasteList'];
export type CostAnomalies = Schemas['CostAnomaliesAnswer'];
export type OddOf = CostAnomalies['of'];
export type Wasted = WasteList['items'][number];

// The interval as of one moment: it does not move while a page is looked at.
export interface Times {
  interval: Interval;
  earlier: Interval | null;
}

export function timesOf(state: CostState, now: number): Times {
  const interval = intervalOf(state, now);
  return { interval, earlier: earlierOf(state, interval) };
}

function asked(state: CostState, { interval }: Times) {
  return {
    measure: state.measure,
    from: interval.from,
    to: interval.to,
    known_at: state.knownAt ?? undefined,
  };
}

function common(state: CostState, times: Times) {
  return { ...asked(state, times), ...state.filters };
}

// What the ledger holds, for answers that do not say it themselves.
export function useBooked(state: CostState, times: Times, wanted: boolean) {
  const query = { ...asked(state, times), by: 'namespace', depth: 1, max_arcs: 1 };
  return useResource(wanted ? JSON.stringify(query) : null, async (signal) => {
    const { booked } = await ask(api.GET('/costs/sunburst', { params: { query }, signal }));
    return booked;
  });
}

export const mostOffered = 500;

// What a filter can be set to: what has any of this measure under the other filters, the largest first.
export function useFilterValues(state: CostState, times: Times, dimension: FilterDimension) {
  const others: CostFilters = { ...state.filters };
  delete others[dimension];
  const query = {
    ...asked(state, times),
    ...others,
    by: dimension,
    view: state.view,
    depth: 1,
    max_arcs: mostOffered,
  };
  return useResource(JSON.stringify(query), (signal) =>
    ask(api.GET('/costs/sunburst', { params: { query }, signal })),
  );
}

function burstQuery(state: CostState, times: Times, path: readonly string[]) {
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
    ask(api.GET('/costs/sunburst', { params: { query }, signal })),
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
        const { root } = await ask(api.GET('/costs/sunburst', { params: { query }, signal }));
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
    ask(api.GET('/costs/series', { params: { query }, signal })),
  );
}

export function useHotspots(state: CostState, times: Times): Pages<Hotspots> {
  const query = { ...common(state, times), view: state.view, of: state.of, limit: 100 };
  return usePages(JSON.stringify(query), (cursor, signal) =>
    ask(
      api.GET('/costs/hotspots', {
        params: { query: { ...query, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
}

// Waste is what no consumer used: it cannot be asked of one.
function wasteQuery(state: CostState, times: Times, limit: number) {
  return { ...common(state, times), consumer: undefined, limit };
}

export function useWaste(state: CostState, times: Times): Pages<WasteAnswer> {
  const query = wasteQuery(state, times, 50);
  return usePages(JSON.stringify(query), (cursor, signal) =>
    ask(
      api.GET('/costs/waste', {
        params: { query: { ...query, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
}

// All pages, for a file.
export async function allWaste(state: CostState, times: Times): Promise<WasteAnswer[]> {
  const query = wasteQuery(state, times, 1000);
  const pages: WasteAnswer[] = [];
  let cursor: string | null = null;
  do {
    const page: WasteAnswer = await ask(
      api.GET('/costs/waste', { params: { query: { ...query, cursor: cursor ?? undefined } } }),
    );
    pages.push(page);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return pages;
}

export const mostOddDays = 92; // more the server does not look at

// Null: the whole interval; else the moment from which on it is looked at.
export function clippedFrom({ interval }: Times): string | null {
  const [from, to] = [Date.parse(interval.from), Date.parse(interval.to)];
  const earliest = to - mostOddDays * dayMs;
  if (Number.isNaN(from) || Number.isNaN(to) || from >= earliest) return null;
  return new Date(earliest).toISOString().replace(/\.000Z$/, 'Z');
}

export function useOddDays(state: CostState, times: Times) {
  const clipped = clippedFrom(times);
  const of: OddOf = state.of === 'dataset' ? 'dataset' : 'job';
  const query = {
    measure: state.measure,
    of,
    from: clipped ?? times.interval.from,
    to: times.interval.to,
    limit: 100,
  };
  const answer = usePages<CostAnomalies>(JSON.stringify(query), (cursor, signal) =>
    ask(
      api.GET('/costs/anomalies', {
        params: { query: { ...query, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
  return { answer, clipped: clipped !== null };
}
