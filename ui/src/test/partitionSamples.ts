// Answers about partitions, changes and plans for tests, complete by the types of the contract.
import type { Schemas } from '../api/client';

const head = {
  seq: 420,
  evaluated_at: '2026-11-26T14:00:00Z',
  complete: true,
  cut: null,
};

export const legend = [
  'none',
  'current',
  'stale_code',
  'stale_inputs',
  'stale_both',
  'missing',
  'maybe',
  'unknown',
  'orphaned',
  'running',
  'failed',
  'open',
  'deferred',
  'unrecoverable',
];

export function counts(more: Partial<Schemas['PartitionCounts']> = {}): Schemas['PartitionCounts'] {
  return {
    present: 0,
    missing: 0,
    orphaned: 0,
    current: 0,
    stale: 0,
    unknown: 0,
    by_code: 0,
    by_inputs: 0,
    deferred: 0,
    maybe: 0,
    running: 0,
    failed: 0,
    unrecoverable: 0,
    stale_lower: more.stale ?? 0,
    stale_upper: (more.stale ?? 0) + (more.maybe ?? 0),
    ...more,
  };
}

// Ten days from 1 October in two lanes.
export function grid(more: Partial<Schemas['PartitionGrid']> = {}): Schemas['PartitionGrid'] {
  return {
    ...head,
    nodeId: 'dataset:n:orders',
    environment: null,
    index: {
      kind: 'time',
      granularity: 'day',
      zone: 'UTC',
      first: { key: '2026-10-01', start: '2026-10-01T00:00:00Z' },
      last: { key: '2026-10-10', start: '2026-10-10T00:00:00Z' },
      count: 10,
      ticks: [
        { offset: 0, label: '1 Oct' },
        { offset: 7, label: '8 Oct' },
      ],
    },
    bucket: 1,
    bucketed: false,
    legend,
    lanes: [
      {
        lane: 0,
        key: 'region=eu',
        cells: [
          [1, 3],
          [2, 4],
          [5, 3],
        ],
      },
      { lane: 1, key: 'region=us', cells: [[1, 10]] },
    ],
    ...more,
  };
}

export function space(more: Partial<Schemas['SpaceAnswer']> = {}): Schemas['SpaceAnswer'] {
  return {
    nodeId: 'dataset:n:orders',
    declared: true,
    space: {
      dimensions: [
        {
          name: 'date',
          kind: 'time',
          granularity: 'day',
          zone: 'Europe/Berlin',
          start: '2026-10-01',
          close_offset: 'PT0S',
          step: 1,
        },
        {
          name: 'region',
          kind: 'static',
          keys: ['eu', 'us'],
          zone: 'UTC',
          close_offset: 'PT0S',
          step: 1,
        },
      ],
    },
    lanes: 2,
    author: 'ada',
    reason: null,
    refresh_due: null,
    seq: 4,
    ...more,
  };
}

export function explanation(more: Partial<Schemas['Explanation']> = {}): Schemas['Explanation'] {
  return {
    ...head,
    nodeId: 'dataset:n:orders',
    environment: null,
    key: 'date=2026-10-04,region=eu',
    presence: 'present',
    verdict: 'stale',
    code: true,
    inputs: false,
    maybe: false,
    running: false,
    failed: false,
    open: false,
    deferred: false,
    unrecoverable: false,
    job: 'job:n:build',
    run: 'run-1',
    started_at: '2026-10-05T01:00:00Z',
    ended_at: '2026-10-05T01:20:00Z',
    interval: { start: '2026-10-04T00:00:00Z', end: '2026-10-05T00:00:00Z' },
    kind: 'code',
    way: [],
    root: {
      kind: 'code',
      job: 'job:n:build',
      from: 'v1',
      to: 'v2',
      nodeId: null,
      key: null,
      run: null,
      change_id: '311',
    },
    ...more,
  };
}

export function staleness(
  datasets: Schemas['StalenessAnswer']['datasets'],
  more: Partial<Schemas['StalenessAnswer']> = {},
): Schemas['StalenessAnswer'] {
  return {
    ...head,
    environment: null,
    totals: counts({ current: 20, stale: 12, maybe: 8, missing: 3 }),
    datasets,
    next: null,
    ...more,
  };
}

export function change(more: Partial<Schemas['PartitionChange']> = {}): Schemas['PartitionChange'] {
  return {
    id: '311',
    kind: 'code',
    nodeId: 'job:n:build',
    job: 'job:n:build',
    at: '2026-11-25T09:12:00Z',
    seq: 311,
    from: 'v1',
    to: 'v2',
    columns: null,
    run: null,
    ranges: [],
    ranges_more: false,
    makes_stale: { datasets: 2, datasets_upper: 3, partitions: 12, maybe: 8 },
    decision: null,
    ...more,
  };
}

export function decision(more: Partial<Schemas['ChangeDecision']> = {}): Schemas['ChangeDecision'] {
  return {
    seq: 400,
    verdict: 'immaterial',
    author: 'grace',
    reason: 'only a comment',
    at: '2026-11-25T12:00:00Z',
    dataset: null,
    first: null,
    last: null,
    from: null,
    until: null,
    revoked_by: null,
    ...more,
  };
}

export function changeDetail(more: Partial<Schemas['ChangeDetail']> = {}): Schemas['ChangeDetail'] {
  return {
    ...head,
    ...change(),
    affected: [
      {
        nodeId: 'dataset:n:orders',
        counts: { stale: 12, maybe: 0 },
        ranges: [{ first: 'date=2026-10-04', last: 'date=2026-10-07', count: 4, status: 'stale' }],
        ranges_more: false,
      },
    ],
    unaffected: [],
    history: [],
    ...more,
  };
}

const nothingDone = { done: 0, skipped: 0, running: 0, failed: 0, blocked: 0, pending: 14 };

export function plan(more: Partial<Schemas['Plan']> = {}): Schemas['Plan'] {
  const made: unknown = {
    id: '430',
    name: 'Rounding fix',
    state: 'draft',
    author: 'ada',
    reason: null,
    created_at: '2026-11-26T12:00:00Z',
    updated_at: '2026-11-26T12:00:00Z',
    seq: 430,
    pinned: { seq: 420, evaluated_at: '2026-11-26T12:00:00Z', decisions: 0 },
    environment: null,
    options: {
      scope: { nodeIds: ['dataset:n:orders'], direction: 'downstream' },
      changes: ['311'],
      include: ['stale', 'missing', 'maybe'],
      author: 'ada',
    },
    totals: {
      tasks: 2,
      waves: 2,
      partitions: 14,
      datasets: 2,
      run: 14,
      reuse: 0,
      skip: 0,
      definite: 8,
      maybe: 6,
      duration_ms: { p50: 600_000, p90: 900_000, samples: 7 },
      cost_micros: { p50: null, p90: null, samples: 0 },
      lower: 8,
      expected: 11,
      upper: 14,
    },
    critical_path: { duration_ms: { p50: 600_000, p90: 900_000 }, tasks: [1, 2] },
    waves: [
      { wave: 1, tasks: 1, partitions: 8, duration_ms: { p50: 300_000, p90: 400_000 } },
      { wave: 2, tasks: 1, partitions: 6, duration_ms: { p50: 300_000, p90: 500_000 } },
    ],
    progress: nothingDone,
    waiting: { inputs: 0, quiet: 0, until: null },
    left_out: [],
    unrecoverable: [],
    warnings: [],
    complete: true,
    cut: null,
    ...more,
  };
  return made as Schemas['Plan'];
}

export function task(more: Partial<Schemas['PlanTask']> = {}): Schemas['PlanTask'] {
  return {
    task: 1,
    wave: 1,
    nodeId: 'dataset:n:orders',
    job: 'job:n:build',
    action: 'run',
    first: 'date=2026-10-01',
    last: 'date=2026-10-08',
    count: 8,
    definite: true,
    reason: 'code',
    sequential: false,
    upstream: [],
    duration_ms: { p50: 300_000, p90: 400_000, samples: 7, basis: 'dataset' },
    cost_micros: { p50: null, p90: null, samples: 0, basis: 'none' },
    deadline: null,
    probability: 1,
    state: 'ready',
    progress: { done: 0, skipped: 0, running: 0, failed: 0, blocked: 0, pending: 8 },
    waiting: [],
    attempts: 0,
    leases: [],
    ...more,
  };
}

export function environment(
  more: Partial<Schemas['EnvironmentDetail']> = {},
): Schemas['EnvironmentDetail'] {
  return {
    name: 'rounding',
    description: 'The new rounding.',
    code: [{ job: 'job:n:build', version: 'v2' }],
    author: 'ada',
    created_at: '2026-11-20T00:00:00Z',
    updated_at: '2026-11-25T00:00:00Z',
    seq: 5,
    must_run: counts({ stale: 12, maybe: 8, missing: 1 }),
    shared: 40,
    datasets: [{ nodeId: 'dataset:n:orders', counts: counts({ stale: 12, maybe: 8, missing: 1 }) }],
    ...more,
  };
}

// A fetch for reading and writing: `answer` gets the path after /api/v1, the query and the body.
export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

export function answering(answer: (asked: Asked) => unknown): {
  fetch: (request: Request) => Promise<Response>;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const fetch = async (request: Request) => {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname.replace('/api/v1', ''));
    const text = await request.text();
    const one: Asked = {
      method: request.method,
      path,
      query: url.searchParams,
      body: text === '' ? null : (JSON.parse(text) as unknown),
    };
    asked.push(one);
    const found = answer(one);
    if (found instanceof Response) return found;
    if (found !== undefined) return Response.json(found);
    const problem: Schemas['Problem'] = {
      type: '/docs/errors/not-found',
      title: 'Not found',
      status: 404,
      detail: `nothing at ${request.method} ${path}`,
      code: 'not-found',
    };
    return Response.json(problem, { status: 404 });
  };
  return { fetch, asked };
}

export function refusal(code: string, status: number, detail: string): Response {
  const problem = { type: `/docs/errors/${code}`, title: 'Refused', status, detail, code };
  return Response.json(problem, { status });
}
