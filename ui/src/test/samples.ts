// Answers of the API for tests, complete by the types of the contract.
import type { Schemas } from '../api/client';

export function run(more: Partial<Schemas['Run']> = {}): Schemas['Run'] {
  return {
    id: 'run/1',
    createdAt: '2026-10-01T00:00:00.000000Z',
    updatedAt: '2026-10-01T00:01:00.000000Z',
    nominalStartTime: null,
    nominalEndTime: null,
    state: 'COMPLETED',
    startedAt: '2026-10-01T00:00:00.000000Z',
    endedAt: '2026-10-01T00:01:00.000000Z',
    durationMs: 60_000,
    args: {},
    jobVersion: { namespace: 'n', name: 'load', version: null },
    inputDatasetVersions: [],
    outputDatasetVersions: [],
    facets: {},
    parentRunId: null,
    ...more,
  };
}

export function dataset(more: Partial<Schemas['Dataset']> = {}): Schemas['Dataset'] {
  return {
    id: { namespace: 'n', name: 'orders' },
    nodeId: 'dataset:n:orders',
    type: 'DB_TABLE',
    name: 'orders',
    physicalName: 'orders',
    createdAt: '2026-10-01T00:00:00.000000Z',
    updatedAt: '2026-10-01T00:00:00.000000Z',
    namespace: 'n',
    sourceName: 'n',
    fields: [],
    tags: [],
    owners: [],
    annotations: { description: null, owners: [], tags: [] },
    lastModifiedAt: null,
    lastLifecycleState: null,
    description: null,
    currentVersion: null,
    facets: {},
    deleted: false,
    placeholder: false,
    aliases: [],
    ...more,
  };
}

export function job(more: Partial<Schemas['Job']> = {}): Schemas['Job'] {
  return {
    id: { namespace: 'n', name: 'load' },
    nodeId: 'job:n:load',
    type: 'BATCH',
    name: 'load',
    simpleName: 'load',
    parentJobName: null,
    createdAt: '2026-10-01T00:00:00.000000Z',
    updatedAt: '2026-10-01T00:00:00.000000Z',
    namespace: 'n',
    inputs: [],
    outputs: [],
    location: null,
    description: null,
    latestRun: null,
    latestRuns: [],
    currentVersion: null,
    facets: {},
    placeholder: false,
    owners: [],
    tags: [],
    annotations: { description: null, owners: [], tags: [] },
    ...more,
  };
}

export function found(more: Partial<Schemas['SearchResult']> = {}): Schemas['SearchResult'] {
  return {
    type: 'DATASET',
    name: 'orders',
    namespace: 'n',
    dataset: null,
    nodeId: 'dataset:n:orders',
    updatedAt: '2026-10-01T00:00:00.000000Z',
    placeholder: false,
    match: 'prefix',
    highlights: [],
    use: { readers: 0, consumers: 0 },
    owners: [],
    tags: [],
    ...more,
  };
}

export function foundList(
  results: Schemas['SearchResult'][],
  more: Partial<Schemas['SearchResultList']> = {},
): Schemas['SearchResultList'] {
  const head = { as_of: '2026-10-01T00:00:00.000000Z', seq: 1, complete: true, cut: null };
  return { ...head, totalCount: results.length, results, ...more };
}

// A fetch that answers by path, decoded after /api/v1; what is not listed is a problem.
export function server(answers: Record<string, unknown>): (request: Request) => Promise<Response> {
  return async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname.replace('/api/v1', ''));
    if (path in answers) return Response.json(answers[path]);
    const problem: Schemas['Problem'] = {
      type: '/docs/errors/not-found',
      title: 'Not found',
      status: 404,
      detail: `nothing at ${path}`,
      code: 'not-found',
    };
    return Response.json(problem, { status: 404 });
  };
}
