// Answers about costs for tests.
import type { CostAnomalies, CostNode, Hotspots, Series, Sunburst, WasteAnswer } from './useCosts';

const head = {
  measure: 'amount',
  unit: { name: 'USD', scale: 1_000_000, currency: 'USD' },
  view: 'direct' as const,
  from: '2026-10-01T00:00:00.000000Z',
  to: '2026-10-31T00:00:00.000000Z',
  seq: 40,
  as_of: '2026-10-31T00:00:00.000000Z',
  complete: true,
  cut: null,
};

const booked = { from: '2026-08-26T03:00:00.000000Z', to: '2026-10-30T06:09:08.000000Z' };

const dollars = (n: number) => Math.round(n * 1_000_000);

export function arc(name: string, value: number, more: Partial<CostNode> = {}): CostNode {
  return { name, key: name, value: dollars(value), share: value / 100, children: [], ...more };
}

export function job(name: string, value: number, more: Partial<CostNode> = {}): CostNode {
  const nodeId = `job:n:${name}`;
  return arc(name, value, { key: nodeId, nodeId, ...more });
}

export const dataTeam = arc('team:data', 60, {
  children: [job('load', 45), job('build', 15)],
});

export function sunburst(more: Partial<Sunburst> = {}): Sunburst {
  const root = arc('total', 100, {
    key: '',
    children: [dataTeam, arc('(no owner)', 30, { children: [job('old', 30)] })],
    other: { count: 3, value: dollars(10) },
  });
  return { ...head, booked, by: ['owner', 'job'], total: dollars(100), path: [], root, ...more };
}

// The same, below team:data.
export function below(): Sunburst {
  const way = [{ name: 'team:data', key: 'team:data', dimension: 'owner' }];
  return sunburst({ path: way, root: dataTeam });
}

export function compared(): Sunburst {
  const root = arc('total', 100, {
    key: '',
    before: dollars(80),
    children: [
      arc('team:data', 60, { before: dollars(30) }),
      arc('team:new', 42, { before: 0 }),
      arc('team:credit', -2, { before: dollars(-2) }),
      arc('team:gone', 0, { before: dollars(52) }),
    ],
  });
  return sunburst({ before: dollars(80), root });
}

export function series(): Series {
  return {
    ...head,
    booked,
    by: 'owner',
    interval: 'day',
    periods: [
      { name: '2026-10-01', from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' },
      { name: '2026-10-02', from: '2026-10-02T00:00:00Z', to: '2026-10-03T00:00:00Z' },
    ],
    series: [
      { name: 'team:data', key: 'team:data', value: dollars(6), points: [dollars(2), dollars(4)] },
    ],
    other: { count: 4, value: dollars(2), points: [dollars(2), 0] },
    total: { value: dollars(8), points: [dollars(4), dollars(4)] },
  };
}

export function hotspots(more: Partial<Hotspots> = {}): Hotspots {
  const item = (name: string, value: number) => ({
    name,
    key: `job:n:${name}`,
    nodeId: `job:n:${name}`,
    value: dollars(value),
    share: value / 100,
  });
  return {
    ...head,
    of: 'job',
    total: dollars(100),
    half: { items: 2, share_of_items: 0.5 },
    gini: 0.36,
    curve: [
      { items: 1, value: dollars(40), share: 0.4 },
      { items: 2, value: dollars(70), share: 0.7 },
      { items: 3, value: dollars(90), share: 0.9 },
      { items: 4, value: dollars(100), share: 1 },
    ],
    items: [item('a', 40), item('b', 30), item('c', 20)],
    totalCount: 4,
    next_cursor: 'c2',
    ...more,
  };
}

export function lastHotspots(): Hotspots {
  return hotspots({
    items: [{ name: 'd', key: 'job:n:d', nodeId: 'job:n:d', value: dollars(10), share: 0.1 }],
    next_cursor: null,
  });
}

export function waste(more: Partial<WasteAnswer> = {}): WasteAnswer {
  const dataset = (name: string, value: number) => ({
    name,
    key: `dataset:n:${name}`,
    nodeId: `dataset:n:${name}`,
    value: dollars(value),
  });
  return {
    ...head,
    total: dollars(100),
    unread: { value: dollars(25), share: 0.25, items: [dataset('=old', 20)], totalCount: 2 },
    feeds_only_unread: { value: 0, share: 0, items: [], totalCount: 0 },
    rewrites: {
      value: dollars(5),
      share: 0.05,
      items: [{ ...dataset('daily', 5), runs: 2, partitions: 9 }],
      totalCount: 1,
    },
    next_cursor: 'w2',
    ...more,
  };
}

export function lastWaste(): WasteAnswer {
  const none = { value: 0, share: 0, items: [], totalCount: 0 };
  const items = [
    { name: 'older', key: 'dataset:n:older', nodeId: 'dataset:n:older', value: dollars(5) },
  ];
  return waste({
    unread: { value: dollars(25), share: 0.25, items, totalCount: 2 },
    feeds_only_unread: none,
    rewrites: { ...none, totalCount: 1 },
    next_cursor: null,
  });
}

// And further in.
export function within2(): Sunburst {
  const [owner] = below().path;
  const path = [...(owner ? [owner] : []), { name: 'load', key: 'job:n:load', dimension: 'job' }];
  return sunburst({ path, root: job('load', 45, { children: [arc('2026-10-01', 45)] }) });
}

export function odd(): CostAnomalies {
  return {
    from: '2026-07-31',
    to: '2026-10-31',
    at: '2026-10-31T00:00:00Z',
    seq: 40,
    of: 'job',
    measure: 'amount',
    unit: 'USD',
    anomalies: [
      {
        day: '2026-10-30',
        rank: 1,
        kind: 'cost',
        nodeId: 'job:n:load',
        status: 'failing',
        at: '2026-10-30T00:00:00Z',
        measure: 'amount',
        column: null,
        value: 90,
        expected: 30,
        low: 20,
        high: 45,
        z: 9,
        samples: 28,
        basis: 'all_days',
        size: 0.3,
        severity: 2.7,
        day_share: 0.45,
        run_id: null,
      },
    ],
    totalCount: 1,
    next_cursor: null,
  };
}
