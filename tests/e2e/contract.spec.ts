// The answers of the server, held against schema/openapi.yaml. No browser.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { expect, facts, orders, test } from './pages';
import { broken, id, producer, spec, weird } from './seed';
import { ready, send as sendTo, start } from './setup';
import { secondDay, spend } from './spend';
import { lastNight, watched, watchedEvents } from './watched';

interface Operation {
  operationId: string;
  responses: Record<string, { $ref?: string; content?: Record<string, { schema?: object }> }>;
}

const file = resolve(import.meta.dirname, '../../schema/openapi.yaml');
const contract = parse(readFileSync(file, 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
  components: { responses: Record<string, Operation['responses'][string]> };
};
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addFormat('int64', true);
ajv.addSchema({ ...contract, $id: 'contract' });

const operations = new Map<string, Operation>();
for (const item of Object.values(contract.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    if (['get', 'put', 'post', 'delete'].includes(method)) {
      const it = operation as Operation;
      operations.set(it.operationId, it);
    }
  }
}

// References inside the document are relative to it.
function absolute(schema: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === '$ref' && typeof value === 'string' ? value.replace(/^#/, 'contract#') : value,
    ),
  );
}

function validator(operationId: string, status: number, type: string): ValidateFunction {
  const { responses } = operations.get(operationId)!;
  const found = responses[String(status)] ?? responses.default;
  if (!found) throw new Error(`${operationId} does not document ${status}`);
  const response = found.$ref
    ? contract.components.responses[found.$ref.split('/').at(-1)!]!
    : found;
  const schema = response.content?.[type]?.schema;
  if (!schema) throw new Error(`${operationId} ${status} does not document ${type}`);
  return ajv.compile(absolute(schema) as object);
}

const base = () => process.env.HEADWATER_E2E_URL ?? '';
const e = encodeURIComponent;
const v1 = '/api/v1';

interface Call {
  operation: string;
  path: string;
  method?: string;
  body?: unknown;
  status?: number;
  server?: string; // that of all tests if not given
}

async function check({
  operation,
  path,
  method = 'GET',
  body,
  status = 200,
  server = base(),
}: Call): Promise<unknown> {
  const answer = await fetch(`${server}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
  });
  const text = await answer.text();
  expect(answer.status, `${method} ${path}: ${text.slice(0, 400)}`).toBe(status);
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]!.trim();
  const validate = validator(operation, status, type);
  const value: unknown = type.includes('json') ? JSON.parse(text) : text;
  const ok = validate(value);
  const errors = validate.errors?.slice(0, 8).map((x) => `${x.instancePath} ${x.message}`);
  expect(ok, `${method} ${path}: ${JSON.stringify(errors)}`).toBe(true);
  return value;
}

const odd = weird[0]!;
const job = `${v1}/namespaces/nightly/jobs/shop_nightly.mart_stock`;
const dataset = `${v1}/namespaces/warehouse/datasets/core.order_facts`;
const oddDataset = `${v1}/namespaces/${e(odd.dataset.namespace)}/datasets/${e(odd.dataset.name)}`;
const evidence = `${v1}/edges?from=${e('job:nightly:shop_nightly.build_order_facts')}&to=${e(facts)}`;

const spent = new URLSearchParams({ ...secondDay, measure: 'slot_ms' }).toString();

const reads: Call[] = [
  { operation: 'getColumnLineage', path: `${v1}/column-lineage?nodeId=${e(facts)}&direction=both` },
  {
    operation: 'getColumnLineage',
    path: `${v1}/column-lineage?nodeId=${e('job:nightly:shop_nightly.build_order_facts')}&kinds=direct&depth=1`,
  },
  {
    operation: 'getColumnLineageLayout',
    path: `${v1}/column-lineage/layout?nodeId=${e(facts)}&withDownstream=true&max_columns=3`,
  },
  { operation: 'getLineage', path: `${v1}/lineage?nodeId=${e(facts)}` },
  {
    operation: 'getLineage',
    path: `${v1}/lineage?nodeId=${e(facts)}&depth=1&detail=summary&direction=upstream`,
  },
  {
    operation: 'getLineage',
    path: `${v1}/lineage?nodeId=${e(`datasetField:warehouse:core.order_facts:day`)}&depth=0`,
  },
  {
    operation: 'getLineageLayout',
    path: `${v1}/lineage/layout?nodeId=${e(facts)}`,
  },
  {
    operation: 'getLineageLayout',
    path: `${v1}/lineage/layout?nodeId=${e(id('dataset', odd.dataset))}&depth=0&expand=${e(`${id('dataset', odd.dataset)}|down`)}`,
  },
  { operation: 'getEdges', path: evidence },
  {
    operation: 'getLineageLayout',
    path: `${v1}/lineage/layout?nodeId=${e(facts)}&compare_to=2026-01-01T00:00:00Z`,
  },
  { operation: 'getDiff', path: `${v1}/diff?from=2026-01-01T00:00:00Z` },
  {
    operation: 'getPaths',
    path: `${v1}/paths?from=${e('job:nightly:shop_nightly.build_order_facts')}&to=${e(facts)}&k=5&direction=any`,
  },
  { operation: 'getCycles', path: `${v1}/structure/cycles` },
  { operation: 'getDominators', path: `${v1}/structure/dominators?nodeId=${e(facts)}` },
  { operation: 'getCoverage', path: `${v1}/coverage` },
  { operation: 'getCoverage', path: `${v1}/coverage?section=owners&limit=1` },
  { operation: 'getImportance', path: `${v1}/structure/importance?type=dataset&limit=5` },
  {
    operation: 'getDiff',
    path: `${v1}/diff?from=2026-01-01T00:00:00Z&nodeId=${e(facts)}&depth=2&limit=3`,
  },
  { operation: 'getCause', path: `${v1}/cause?nodeId=${e(facts)}` },
  {
    operation: 'getCause',
    path: `${v1}/cause?nodeId=${e('job:nightly:shop_nightly.mart_stock')}&at=2026-10-03T12:00:00Z&window=P7D&limit=3&max_runs=50`,
  },
  { operation: 'search', path: `${v1}/search?q=order` },
  {
    operation: 'search',
    path: `${v1}/search?q=${e('%order%')}&filter=dataset&sort=update_at&limit=3`,
  },
  {
    operation: 'search',
    path: `${v1}/search?q=${e('ordre facts')}&namespace=warehouse&offset=0&as_of=2026-10-02T00:00:00Z&max_checks=0`,
  },
  { operation: 'search', path: `${v1}/search?q=order&filter=FIELD&owner=nobody&tag=none` },
  { operation: 'getNamespaces', path: `${v1}/namespaces` },
  { operation: 'getNamespaces', path: `${v1}/namespaces?limit=2` },
  {
    operation: 'getNamespace',
    path: `${v1}/namespaces/${e(odd.dataset.namespace)}`,
  },
  { operation: 'getAllDatasets', path: `${v1}/datasets?limit=5` },
  { operation: 'getDatasets', path: `${v1}/namespaces/warehouse/datasets` },
  { operation: 'getDataset', path: dataset },
  { operation: 'getDataset', path: oddDataset },
  { operation: 'getDataset', path: `${dataset}/?as_of=2026-10-02T12:00:00Z` },
  { operation: 'getDatasetVersions', path: `${dataset}/versions` },
  { operation: 'getAllJobs', path: `${v1}/jobs?limit=5` },
  {
    operation: 'getAllJobs',
    path: `${v1}/jobs?lastRunStates=FAILED&lastRunStates=ABORTED`,
  },
  { operation: 'getJobs', path: `${v1}/namespaces/nightly/jobs` },
  { operation: 'getJob', path: job },
  { operation: 'getJobVersions', path: `${job}/versions` },
  { operation: 'getRuns', path: `${job}/runs?limit=2` },
  { operation: 'getLineageEvents', path: `${v1}/events/lineage?limit=3` },
  {
    operation: 'getLineageEvents',
    path: `${v1}/events/lineage?sortDirection=ASC&before=2026-10-02T00:00:00Z&limit=3`,
  },
  { operation: 'getEvent', path: `${v1}/events/1` },
  { operation: 'getDecisions', path: `${v1}/decisions?limit=3` },
  { operation: 'getDecisions', path: `${v1}/decisions?nodeId=${e(facts)}&kind=tag&author=nobody` },
  { operation: 'getTags', path: `${v1}/tags` },
  { operation: 'getNodeTags', path: `${v1}/nodes/tags?nodeId=${e(facts)}` },
  { operation: 'getQuarantine', path: `${v1}/quarantine` },
  { operation: 'getStats', path: `${v1}/stats` },
  { operation: 'getLivez', path: '/livez' },
  { operation: 'getReadyz', path: '/readyz' },
  { operation: 'getMetrics', path: '/metrics' },
  { operation: 'getOpenApi', path: '/openapi.json' },
  { operation: 'getDocs', path: '/docs' },
  { operation: 'getErrorPage', path: '/docs/errors/not-found' },
  { operation: 'getUsage', path: `${v1}/usage?nodeId=${e(spend.board)}` },
  { operation: 'getUsage', path: `${v1}/usage?nodeId=${e(spend.dashboard)}` },
  { operation: 'getPopularity', path: `${v1}/usage/popularity` },
  { operation: 'getUnusedDatasets', path: `${v1}/usage/unused?days=7&limit=5` },
  { operation: 'getUnusedColumns', path: `${v1}/usage/unused-columns?nodeId=${e(spend.board)}` },
  { operation: 'getMaterializationSuggestions', path: `${v1}/usage/suggestions` },
  { operation: 'getCostSunburst', path: `${v1}/costs/sunburst?${spent}&by=owner,job,day` },
  {
    operation: 'getCostSunburst',
    path: `${v1}/costs/sunburst?${spent}&by=namespace,dataset&path=spend&compare_from=2026-10-01T00:00:00Z&view=inherited&max_arcs=1`,
  },
  { operation: 'getCostSeries', path: `${v1}/costs/series?${spent}&interval=week&limit=1` },
  { operation: 'getCostHotspots', path: `${v1}/costs/hotspots?${spent}&of=owner` },
  { operation: 'getCostWaste', path: `${v1}/costs/waste?${spent}` },
  { operation: 'getProfiles', path: `${v1}/profiles?nodeId=${e(spend.board)}` },
  { operation: 'getMonitors', path: `${v1}/monitors?nodeId=${e(spend.board)}` },
];
for (const call of reads) {
  test(`${call.operation} ${call.path}`, async () => {
    await check(call);
  });
}

const refusals: Call[] = [
  {
    operation: 'getLineage',
    path: `${v1}/lineage?nodeId=${e('dataset:no:such')}`,
    status: 404,
  },
  {
    operation: 'getLineage',
    path: `${v1}/lineage?nodeId=nonsense`,
    status: 400,
  },
  {
    operation: 'getLineage',
    path: `${v1}/lineage?nodeId=${e(facts)}&direction=sideways`,
    status: 400,
  },
  { operation: 'getLineage', path: `${v1}/lineage`, status: 400 },
  { operation: 'getDiff', path: `${v1}/diff`, status: 400 },
  { operation: 'getPaths', path: `${v1}/paths?from=${e(facts)}&to=${e(facts)}`, status: 400 },
  {
    operation: 'search',
    path: `${v1}/search?q=a&min_seq=999999999&wait_ms=10`,
    status: 503,
  },
  { operation: 'getAllJobs', path: `${v1}/jobs?limit=5000`, status: 400 },
  { operation: 'getAllJobs', path: `${v1}/jobs?cursor=abc`, status: 400 },
  { operation: 'getRun', path: `${v1}/jobs/runs/none`, status: 404 },
  {
    operation: 'getRunFacets',
    path: `${v1}/jobs/runs/none/facets?type=run`,
    status: 404,
  },
  { operation: 'getEvent', path: `${v1}/events/99999999`, status: 404 },
  {
    operation: 'getQuarantined',
    path: `${v1}/quarantine/99999999`,
    status: 404,
  },
  { operation: 'getErrorPage', path: '/docs/errors/no-such-code', status: 404 },
  {
    operation: 'postLineage',
    path: `${v1}/lineage`,
    method: 'POST',
    body: broken,
    status: 400,
  },
  { operation: 'getCause', path: `${v1}/cause?nodeId=${e(facts)}&window=P1M`, status: 400 },
  { operation: 'getCause', path: `${v1}/cause?nodeId=${e('dataset:no:such')}`, status: 404 },
  {
    operation: 'postImpact',
    path: `${v1}/impact`,
    method: 'POST',
    body: {},
    status: 400,
  },
  {
    operation: 'postImpact',
    path: `${v1}/impact`,
    method: 'POST',
    body: { changes: [{ kind: 'code', nodeId: facts }] },
    status: 400,
  },
];
for (const call of refusals) {
  test(`${call.operation} refuses with ${call.status}: ${call.path} ${JSON.stringify(call.body ?? '')}`, async () => {
    const problem = (await check(call)) as {
      type: string;
      code: string;
      status: number;
    };
    expect(problem.type).toBe(`/docs/errors/${problem.code}`);
    expect(problem.status).toBe(call.status);
    expect((await fetch(`${base()}${problem.type}`)).status).toBe(200);
  });
}

test('impact of a column: evidence, groups and filters', async () => {
  const changes = [{ kind: 'column_dropped', nodeId: facts, column: 'day' }];
  await check({
    operation: 'postImpact',
    path: `${v1}/impact`,
    method: 'POST',
    body: {
      changes,
      evidence: true,
      group_by: 'owner',
      filters: { severity: ['breaking', 'degraded'], type: ['DATASET', 'JOB'], max_distance: 9 },
    },
  });
});

test('a run and its facets, found through its job', async () => {
  const { runs } = (await check({
    operation: 'getRuns',
    path: `${job}/runs`,
  })) as {
    runs: { id: string; state: string }[];
  };
  expect(runs.map((r) => r.state)).toEqual(['FAILED', 'COMPLETED', 'FAILED', 'COMPLETED']);
  const run = `${v1}/jobs/runs/${e(runs[0]!.id)}`;
  await check({ operation: 'getRun', path: run });
  const facets = (await check({
    operation: 'getRunFacets',
    path: `${run}/facets?type=run`,
  })) as {
    facets: object;
  };
  expect(facets.facets).toHaveProperty('errorMessage');
  await check({ operation: 'getRunFacets', path: `${run}/facets?type=job` });
  await check({
    operation: 'getLineage',
    path: `${v1}/lineage?nodeId=${e(`run:${runs[0]!.id}`)}&depth=0`,
  });
});

test('versions, found through their lists', async () => {
  for (const [list, one, path] of [
    ['getDatasetVersions', 'getDatasetVersion', dataset],
    ['getJobVersions', 'getJobVersion', job],
  ] as const) {
    const { versions } = (await check({
      operation: list,
      path: `${path}/versions`,
    })) as {
      versions: { version: string }[];
    };
    expect(versions.length).toBeGreaterThan(0);
    await check({
      operation: one,
      path: `${path}/versions/${e(versions[0]!.version)}`,
    });
  }
});

test('impact of every kind, page by page', async () => {
  for (const change of [
    { kind: 'data', nodeId: orders },
    { kind: 'dataset_deleted', nodeId: orders },
    { kind: 'dataset_late', nodeId: orders, until: '2026-10-06T06:00:00Z' },
    { kind: 'code', nodeId: 'job:nightly:shop_nightly.build_order_facts' },
    {
      kind: 'job_retired',
      nodeId: 'job:nightly:shop_nightly.build_order_facts',
    },
  ]) {
    const ask = (more: object) =>
      check({
        operation: 'postImpact',
        path: `${v1}/impact`,
        method: 'POST',
        body: { changes: [change], ...more },
      }) as Promise<{
        affected: { nodeId: string }[];
        next_cursor: string | null;
      }>;
    const whole = await ask({});
    expect(whole.affected.length).toBeGreaterThan(3);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Awaited<ReturnType<typeof ask>> = await ask({
        limit: 4,
        ...(cursor === '' ? {} : { cursor }),
      });
      paged.push(...page.affected.map((a) => a.nodeId));
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(whole.affected.map((a) => a.nodeId));
  }
});

test('writes: receipts, batches, namespaces, deletions', async () => {
  const event = {
    eventType: 'COMPLETE',
    eventTime: '2026-10-03T00:00:00Z',
    producer,
    schemaURL: spec,
    run: { runId: 'contract' },
    job: { namespace: 'contract', name: 'a/job' },
    inputs: [{ namespace: 'contract', name: 'in' }],
    outputs: [{ namespace: 'contract', name: 'out' }],
  };
  const send = (body: unknown, status: number, path = `${v1}/lineage`, operation = 'postLineage') =>
    check({ operation, path, method: 'POST', body, status }) as Promise<Record<string, unknown>>;
  expect((await send(event, 201)).status).toBe('stored');
  expect((await send(event, 201)).status).toBe('duplicate');
  const batch = await send(
    [event, broken, 7],
    200,
    `${v1}/lineage/batch?receipts=true`,
    'postLineageBatch',
  );
  expect(batch).toMatchObject({
    status: 'partial_success',
    duplicates: 1,
    summary: { received: 3, failed: 2 },
  });
  await send([event], 200);

  const namespace = `${v1}/namespaces/${e('contract/own ns')}`;
  await check({
    operation: 'putNamespace',
    path: namespace,
    method: 'PUT',
    body: { ownerName: 'me' },
  });
  await check({
    operation: 'deleteNamespace',
    path: namespace,
    method: 'DELETE',
  });
  const out = `${v1}/namespaces/contract/datasets/out`;
  const deleted = await check({
    operation: 'deleteDataset',
    path: out,
    method: 'DELETE',
  });
  expect(deleted).toMatchObject({ deleted: true });
  await check({
    operation: 'deleteJob',
    path: `${v1}/namespaces/contract/jobs/${e('a/job')}`,
    method: 'DELETE',
  });

  const { events } = (await check({
    operation: 'getQuarantine',
    path: `${v1}/quarantine`,
  })) as {
    events: { seq: number }[];
  };
  const kept = `${v1}/quarantine/${events[0]!.seq}`;
  await check({ operation: 'getQuarantined', path: kept });
  await check({
    operation: 'replayQuarantined',
    path: `${kept}/replay`,
    method: 'POST',
    status: 400,
  });
});

test('decisions: what people say of a dataset, and tags that spread', async () => {
  const event = {
    eventType: 'COMPLETE',
    eventTime: '2026-10-03T00:00:00Z',
    producer,
    schemaURL: spec,
    run: { runId: 'decisions' },
    job: { namespace: 'decisions', name: 'job' },
    inputs: [{ namespace: 'decisions', name: 'in' }],
    outputs: [
      {
        namespace: 'decisions',
        name: 'out',
        facets: {
          columnLineage: {
            _producer: producer,
            _schemaURL: spec,
            fields: {
              y: { inputFields: [{ namespace: 'decisions', name: 'in', field: 'x' }] },
            },
          },
        },
      },
    ],
  };
  await check({
    operation: 'postLineage',
    path: `${v1}/lineage`,
    method: 'POST',
    body: event,
    status: 201,
  });
  const decide = (body: object, status = 201) =>
    check({ operation: 'postDecision', path: `${v1}/decisions`, method: 'POST', body, status });
  const nodeId = 'dataset:decisions:out';
  const author = 'ada';
  await decide({ kind: 'describe', nodeId, author, description: 'What comes out' });
  await decide({ kind: 'own', nodeId, author, owner: 'team:out', type: 'MAINTAINER' });
  await decide({ kind: 'disown', nodeId, author, owner: 'team:in' });
  await decide({ kind: 'tag', nodeId: 'job:decisions:job', author, tag: 'slow', reason: 'seen' });
  const other = 'dataset:decisions:in';
  await decide({ kind: 'reject_join', nodeId, author, other });
  await decide({ kind: 'tag', nodeId: 'dataset:decisions:none', author, tag: 'a' }, 404);
  await decide({ kind: 'join', nodeId, author, other: nodeId }, 400);

  await check({
    operation: 'putTag',
    path: `${v1}/tags/pii`,
    method: 'PUT',
    body: { description: 'Personal data', propagate: 'downstream' },
  });
  const datasets = `${v1}/namespaces/decisions/datasets`;
  for (const [add, remove, path] of [
    ['addTagToFieldOfDataset', 'removeTagFromFieldOfDataset', `${datasets}/in/fields/x/tags`],
    ['addTagToDataset', 'removeTagFromDataset', `${datasets}/out/tags`],
  ] as const) {
    await check({ operation: add, path: `${path}/other`, method: 'POST' });
    await check({ operation: remove, path: `${path}/other`, method: 'DELETE' });
  }
  await check({
    operation: 'addTagToFieldOfDataset',
    path: `${datasets}/in/fields/x/tags/pii`,
    method: 'POST',
  });
  const { tags } = (await check({
    operation: 'getNodeTags',
    path: `${v1}/nodes/tags?nodeId=${e('datasetField:decisions:out:y')}`,
  })) as { tags: { tag: string; origin: string; path: unknown[] }[] };
  expect(tags).toMatchObject([{ tag: 'pii', origin: 'inherited' }]);
  expect(tags[0]!.path).toHaveLength(1);
  const out = (await check({ operation: 'getDataset', path: `${datasets}/out` })) as {
    description: string;
    owners: string[];
  };
  expect(out.description).toBe('What comes out');
  expect(out.owners).toEqual(['team:out']);
  const { decisions } = (await check({
    operation: 'getDecisions',
    path: `${v1}/decisions?nodeId=${e(nodeId)}`,
  })) as { decisions: { kind: string }[] };
  expect(decisions.map((d) => d.kind)).toEqual([
    'untag',
    'tag',
    'reject_join',
    'disown',
    'own',
    'describe',
  ]);
});

test('every list can be followed to its end by its cursors', async () => {
  for (const [operation, path, key] of [
    ['getNamespaces', `${v1}/namespaces`, 'namespaces'],
    ['getDatasets', `${v1}/namespaces/warehouse/datasets`, 'datasets'],
    ['getJobs', `${v1}/namespaces/nightly/jobs`, 'jobs'],
    ['getRuns', `${job}/runs`, 'runs'],
    ['getLineageEvents', `${v1}/events/lineage?before=2026-10-02T03:00:00Z`, 'events'],
  ] as const) {
    const seen: string[] = [];
    let total = 0;
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `${path.includes('?') ? '&' : '?'}limit=3${cursor === '' ? '' : `&cursor=${e(cursor)}`}`;
      const page = (await check({
        operation,
        path: `${path}${query}`,
      })) as Record<string, unknown>;
      seen.push(...(page[key] as unknown[]).map((item) => JSON.stringify(item)));
      total = page.totalCount as number;
      cursor = page.next_cursor as string | null;
      expect(seen.length, operation).toBeLessThanOrEqual(total);
    }
    expect(seen.length, operation).toBe(total);
    expect(new Set(seen).size, operation).toBe(total);
  }
});

test('partitions: spaces, mappings, verdicts, changes and decisions', async () => {
  // A namespace of its own, and its own names of jobs: other journeys count what is stale in theirs.
  const partitions = (...keys: string[]) => ({
    headwater_partitions: {
      _producer: producer,
      _schemaURL: spec,
      partitions: keys.map((date) => ({ key: { date } })),
    },
  });
  const run = async (
    name: string,
    code: string,
    from: string,
    to: string,
    day: string,
    time: string,
  ) => {
    await check({
      operation: 'postLineage',
      path: `${v1}/lineage`,
      method: 'POST',
      status: 201,
      body: {
        eventType: 'COMPLETE',
        eventTime: time,
        producer,
        schemaURL: spec,
        run: { runId: `${name} ${time}` },
        job: {
          namespace: 'slices',
          name,
          facets: {
            headwater_code: { _producer: producer, _schemaURL: spec, semanticVersion: code },
          },
        },
        inputs: [{ namespace: 'slices', name: from, inputFacets: partitions(day) }],
        outputs: [{ namespace: 'slices', name: to, outputFacets: partitions(day) }],
      },
    });
  };
  for (const day of ['01', '02']) {
    await run('fetch', 'a', 'feed', 'raw', `2026-10-${day}`, `2026-10-05T${day}:00:00Z`);
    await run('trim', 'a', 'raw', 'clean', `2026-10-${day}`, `2026-10-06T${day}:00:00Z`);
    await run('sum', 'a', 'clean', 'mart', `2026-10-${day}`, `2026-10-07T${day}:00:00Z`);
  }
  await run('trim', 'b', 'raw', 'clean', '2026-10-02', '2026-10-08T02:00:00Z');
  await run('fetch', 'a', 'feed', 'raw', '2026-10-01', '2026-10-08T03:00:00Z');
  const author = 'ada';
  const clean = 'dataset:slices:clean';
  const of = (path: string, more = '') => `${v1}${path}?nodeId=${e(clean)}${more}`;

  await check({ operation: 'getPartitionSpace', path: of('/partitions/space') });
  const days = { name: 'date', kind: 'time', granularity: 'day', start: '2026-10-01' };
  await check({
    operation: 'putPartitionSpace',
    path: of('/partitions/space'),
    method: 'PUT',
    body: { space: { dimensions: [days] }, author },
  });
  await check({
    operation: 'deletePartitionSpace',
    path: of('/partitions/space', `&author=${author}`),
    method: 'DELETE',
  });
  await check({ operation: 'getPartitionMappings', path: of('/partitions/mappings') });
  await check({ operation: 'getUnattributedWrites', path: of('/partitions/unattributed') });
  for (const mapping of [{ kind: 'window', from: -1, to: 0 }, null]) {
    await check({
      operation: 'putPartitionMapping',
      path: `${v1}/partitions/mapping`,
      method: 'PUT',
      body: { upstream: 'dataset:slices:raw', downstream: clean, mapping, author, reason: 'test' },
    });
  }
  await check({
    operation: 'putPartitionPolicy',
    path: of('/partitions/policy'),
    method: 'PUT',
    body: { retention: 'P90D', half_life: null, recomputable: true, author },
  });
  await check({ operation: 'getPartitionPolicy', path: of('/partitions/policy') });

  await check({ operation: 'getStaleness', path: `${v1}/staleness?limit=2` });
  const stale = (await check({
    operation: 'getStaleness',
    path: of('/staleness', '&scope=downstream&status=stale,maybe&max_ranges=1'),
  })) as { datasets: { nodeId: string }[] };
  expect(stale.datasets.map((one) => one.nodeId)).toContain(clean);
  const list = (await check({
    operation: 'getPartitions',
    path: of('/partitions', '&limit=1'),
  })) as {
    partitions: { key: string; verdict: string }[];
    next: string | null;
  };
  expect(list.partitions).toMatchObject([{ key: 'date=2026-10-01', verdict: 'stale' }]);
  await check({
    operation: 'getPartitions',
    path: of('/partitions', `&limit=1&cursor=${e(list.next ?? '')}`),
  });
  await check({ operation: 'getPartitionGrid', path: of('/partitions/grid', '&max_cells=100') });
  for (const key of ['date=2026-10-01', 'date=2026-10-02']) {
    await check({ operation: 'explainPartition', path: of('/partitions/explain', `&key=${key}`) });
  }

  const { changes } = (await check({
    operation: 'getChanges',
    path: `${v1}/changes?status=all&nodeId=${e('job:slices:trim')}`,
  })) as { changes: { id: string; kind: string }[] };
  expect(changes.map((one) => one.kind)).toEqual(['code']);
  await check({ operation: 'getChanges', path: `${v1}/changes?kind=data&limit=1` });
  const change = `${v1}/changes/${changes[0]!.id}`;
  const decide = (body: object, status = 201) =>
    check({
      operation: 'decideChange',
      path: `${change}/decision`,
      method: 'POST',
      body: { author, ...body },
      status,
    });
  await decide({ verdict: 'immaterial', reason: 'test' });
  await decide({ verdict: 'forward_only', dataset: clean, from: 'date=2026-10-02' });
  await decide({
    verdict: 'immaterial',
    dataset: clean,
    first: 'date=2026-10-01',
    last: 'date=2026-10-01',
  });
  await decide({ verdict: 'defer', until: '2030-01-01T00:00:00Z' });
  await decide({ verdict: 'perhaps' }, 400);
  await check({ operation: 'getChange', path: change });
  await check({
    operation: 'revokeChangeDecision',
    path: `${change}/decision?author=${author}`,
    method: 'DELETE',
  });
  await check({
    operation: 'revokeChangeDecision',
    path: `${change}/decision?author=${author}`,
    method: 'DELETE',
    status: 409,
  });
  const { history } = (await check({ operation: 'getChange', path: change })) as {
    history: { revoked_by: number | null }[];
  };
  expect(history).toHaveLength(4);
  expect(history.every((one) => one.revoked_by !== null)).toBe(true);
  for (const [operation, path] of [
    ['getStaleness', `${v1}/staleness?status=odd`],
    ['getPartitions', `${v1}/partitions`],
    ['getPartitionGrid', `${v1}/partitions/grid?nodeId=${e('job:slices:trim')}`],
    ['getChange', `${v1}/changes/odd`],
  ] as const) {
    await check({ operation, path, status: 400 });
  }
  await check({ operation: 'getChange', path: `${v1}/changes/99999999`, status: 404 });
});

test('plans: from a draft to the last lease; environments', async () => {
  const author = 'ada';
  const partitions = (date: string) => ({
    headwater_partitions: {
      _producer: producer,
      _schemaURL: spec,
      partitions: [{ key: { date } }],
    },
  });
  const run = (code: string, day: string, time: string) =>
    check({
      operation: 'postLineage',
      path: `${v1}/lineage`,
      method: 'POST',
      status: 201,
      body: {
        eventType: 'COMPLETE',
        eventTime: time,
        producer,
        schemaURL: spec,
        run: { runId: `plans ${time}` },
        job: {
          namespace: 'plans',
          name: 'make',
          facets: {
            headwater_code: { _producer: producer, _schemaURL: spec, semanticVersion: code },
          },
        },
        inputs: [{ namespace: 'plans', name: 'from', inputFacets: partitions(day) }],
        outputs: [{ namespace: 'plans', name: 'to', outputFacets: partitions(day) }],
      },
    });
  for (const day of ['01', '02', '03'])
    await run('a', `2026-10-${day}`, `2026-10-05T${day}:00:00Z`);
  await run('b', '2026-10-03', '2026-10-06T00:00:00Z');
  const to = 'dataset:plans:to';
  const make = 'job:plans:make';

  const create = (more: object, status = 201) =>
    check({
      operation: 'createPlan',
      path: `${v1}/plans`,
      method: 'POST',
      status,
      body: { author, scope: { nodeIds: [to], direction: 'none' }, ...more },
    }) as Promise<{ id: string | null; totals: { run: number } }>;
  expect((await create({ dry_run: true }, 200)).id).toBeNull();
  const plan = await create({
    name: 'contract',
    max_partitions_per_task: 1,
    max_attempts: 1,
    lease_ms: 60_000,
  });
  expect(plan.totals.run).toBe(2);
  const one = `${v1}/plans/${plan.id}`;
  await create({ changes: ['99999999'] }, 404);
  await create({ include: ['odd'] }, 400);
  await check({ operation: 'getPlans', path: `${v1}/plans?state=draft&limit=1` });
  await check({ operation: 'getPlan', path: one });
  await check({ operation: 'getPlanTasks', path: `${one}/tasks?limit=1` });
  const act = (operation: string, verb: string, body: object, status = 200) =>
    check({ operation, path: `${one}/${verb}`, method: 'POST', body, status });
  await act('approvePlan', 'approve', { author });
  await act('pausePlan', 'pause', { author, reason: 'test' });
  await act('pausePlan', 'pause', { author }, 409);
  await act('resumePlan', 'resume', { author });
  await act('retryPlan', 'retry', { author }, 409);
  await act('retryPlan', 'retry', { author, tasks: [0] }, 400);
  const take = async () => {
    const body = { worker: 'contract', max_leases: 1 };
    const { leases } = (await act('leaseTasks', 'leases', body, 201)) as {
      leases: { token: string; keys: string[] }[];
    };
    expect(leases).toHaveLength(1);
    return `leases/${e(leases[0]!.token)}`;
  };
  const lease = await take();
  await check({ operation: 'getPlanTasks', path: `${one}/tasks?state=leased` });
  await act('heartbeatLease', `${lease}/heartbeat`, {});
  await act('completeLease', `${lease}/complete`, { state: 'completed', run_id: 'contract' });
  await act('heartbeatLease', `${lease}/heartbeat`, {}, 409);
  await act('completeLease', `${await take()}/complete`, { state: 'failed', message: 'test' });
  await act('retryPlan', 'retry', { author, reason: 'test' });
  await act('cancelPlan', 'cancel', { author });
  await act('leaseTasks', 'leases', { worker: 'contract' }, 200);
  await check({ operation: 'getPlan', path: `${v1}/plans/99999999`, status: 404 });

  const branch = `${v1}/environments/contract`;
  await check({
    operation: 'putEnvironment',
    path: branch,
    method: 'PUT',
    body: { description: 'test', code: [{ job: make, version: 'x' }], author },
  });
  await check({ operation: 'getEnvironments', path: `${v1}/environments` });
  await check({
    operation: 'postMaterializations',
    path: `${branch}/materializations`,
    method: 'POST',
    status: 201,
    body: { nodeId: to, keys: ['date=2026-10-01'], run_id: 'contract', job: make, author },
  });
  await check({ operation: 'getEnvironment', path: branch });
  for (const [operation, path] of [
    ['getStaleness', `${v1}/staleness?environment=contract&nodeId=${e(to)}`],
    ['getPartitions', `${v1}/partitions?environment=contract&nodeId=${e(to)}`],
    ['getPartitionGrid', `${v1}/partitions/grid?environment=contract&nodeId=${e(to)}`],
    [
      'explainPartition',
      `${v1}/partitions/explain?environment=contract&nodeId=${e(to)}&key=2026-10-02`,
    ],
  ] as const) {
    await check({ operation, path });
  }
  await check({
    operation: 'deleteEnvironment',
    path: `${branch}?author=${author}`,
    method: 'DELETE',
  });
  await check({ operation: 'getEnvironment', path: branch, status: 404 });
});

// What is written here would change what the other journeys see, and three weeks of history are needed.
test('quality and costs: anomalies, monitors, comparisons, prices, entries, use', async () => {
  const { url, stop } = await start();
  try {
    await ready(url);
    const taken = await sendTo(`${url}/api/v1/lineage/batch`, watchedEvents());
    expect(await taken.json()).toMatchObject({ summary: { failed: 0 } });
    await quality(url);
    await money(url);
  } finally {
    await stop();
  }
});

async function quality(server: string): Promise<void> {
  const ask = (operation: string, path: string, status = 200) =>
    check({ operation, path: `${v1}${path}`, status, server });
  const night = `from=${lastNight}T00:00:00Z&to=${lastNight}T12:00:00Z`;
  const odd = (more: string) =>
    ask('getAnomalies', `/anomalies?${night}${more}`) as Promise<{
      anomalies: { kind: string; nodeId: string }[];
      cost_unit: string | null;
      next_cursor: string | null;
    }>;
  const all = await odd('');
  expect(all.anomalies.map((a) => [a.kind, a.nodeId])).toContainEqual(['volume', watched.orders]);
  const page = await odd('&limit=1&kind=volume,distribution');
  expect(page.cost_unit).toBeNull();
  expect((await odd(`&nodeId=${e(watched.stock)}`)).anomalies).toEqual([]);
  expect((await odd(`&nodeId=${e(watched.orders)}`)).anomalies.length).toBeGreaterThan(0);
  await ask('getAnomalies', '/anomalies?kind=odd', 400);
  await ask('getAnomalies', '/anomalies?nodeId=dataset:no:such', 404);

  const monitors = `/monitors?nodeId=${e(watched.orders)}`;
  const put = (body: object, status = 200) =>
    check({
      operation: 'putMonitors',
      path: `${v1}${monitors}`,
      method: 'PUT',
      body,
      status,
      server,
    });
  await put({
    author: 'ada',
    reason: 'test',
    freshness: { max_age: 'PT36H' },
    volume: { sensitivity: 8 },
    schema: { enabled: false },
  });
  await put({ author: 'ada', volume: { sensitivity: -1 } }, 400);
  await ask('getMonitors', `${monitors}&at=${lastNight}T03:00:00Z`);
  await ask('getMonitors', '/monitors?status=unknown&kind=schema&limit=1');
  await ask(
    'getProfiles',
    `/profiles?nodeId=${e(watched.orders)}&from=2026-09-01T00:00:00Z&limit=2`,
  );

  const compare = `/compare?left=${e(watched.orders)}`;
  const differs = (await ask('getCompare', `${compare}&right=${e(watched.next)}`)) as {
    schema: { total: number };
  };
  expect(differs.schema.total).toBe(2);
  const same = (await ask('getCompare', `${compare}&parts=partitions`)) as {
    partitions: { equal: { count: number; ranges: { count: number }[] } };
  };
  expect(same.partitions.equal).toMatchObject({ count: 21, ranges: [{ count: 21 }] });
  await ask('getCompare', `${compare}&left_as_of=2026-09-10T12:00:00Z&tolerance=0.05`);
  await ask('getCompare', `${compare}&tolerance=2`, 400);
  await ask('getCompare', '/compare?left=dataset:no:such', 404);
}

async function money(server: string): Promise<void> {
  const put = (operation: string, method: string, path: string, body: object, status = 200) =>
    check({ operation, path: `${v1}${path}`, method, body, status, server });
  const ask = (operation: string, path: string, status = 200) =>
    check({ operation, path: `${v1}${path}`, status, server });
  const author = 'ada';
  const empty = (await ask('getCostSunburst', '/costs/sunburst?from=2025-01-01T00:00:00Z')) as {
    booked: object | null;
  };
  expect(empty.booked).not.toBeNull(); // runs are booked without a price
  await ask('getPriceBook', '/price-book', 404);
  await put('putPriceBook', 'PUT', '/price-book', {
    author,
    reason: 'test',
    book: {
      currency: 'EUR',
      prices: [{ unit: 'duration_ms', price: 0.36, per: 3_600_000, namespace: 'watched' }],
      exchange: [{ currency: 'USD', rate: 0.9 }],
    },
  });
  await put('putPriceBook', 'PUT', '/price-book', { author, book: { prices: [{}] } }, 400);
  await ask('getPriceBook', '/price-book');
  await ask('getPriceBook', '/price-book?version=99', 404);
  const month = { from: '2026-09-01T00:00:00Z', to: '2026-10-01T00:00:00Z' };
  await put('reprice', 'POST', '/price-book/reprice', { author, ...month });
  await put(
    'reprice',
    'POST',
    '/price-book/reprice',
    { author, from: month.to, to: month.from },
    400,
  );
  const job = { namespace: 'watched', name: 'load_orders' };
  const entries = Array.from({ length: 21 }, (_, n) => ({
    id: `night ${n}`,
    at: new Date(Date.UTC(2026, 8, 1 + n, 4)).toISOString(),
    amount: n === 20 ? 90 : 3,
    job,
  }));
  await put('postCostEntries', 'POST', '/costs/entries', { author, entries });
  await put('postCostEntries', 'POST', '/costs/entries', { author, entries: [{ id: 'x' }] }, 400);
  const odd = (await ask('getCostAnomalies', `/costs/anomalies?to=${lastNight}T12:00:00Z`)) as {
    anomalies: { day: string; value: number }[];
    unit: string;
  };
  expect(odd).toMatchObject({ unit: 'EUR', anomalies: [{ day: lastNight, value: 90 }] });
  await ask('getCostAnomalies', '/costs/anomalies?of=dataset&measure=slot_ms&limit=1');
  await ask('getCostAnomalies', '/costs/anomalies?measure=gold', 400);
  await ask(
    'getCostHotspots',
    `/costs/hotspots?${new URLSearchParams(month)}&consumer=(not%20used)`,
  );
  await put(
    'postUsage',
    'POST',
    '/usage',
    {
      consumer: { type: 'dashboard', namespace: 'bi', name: 'Orders' },
      dataset: { namespace: 'watched', name: 'orders' },
      at: `${lastNight}T08:00:00Z`,
      count: 3,
    },
    201,
  );
  await put('postUsage', 'POST', '/usage', { consumer: 7 }, 400);
}
