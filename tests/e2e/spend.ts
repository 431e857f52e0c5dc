// Two days of a small pipeline that costs money, for the pages about costs and use: sales are loaded,
// built into a mart and shown on a board that a dashboard and a person read; a copy is made that
// nobody reads. On the second day loading costs half as much again, and there is the copy.
const spec = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const producer = 'https://example.com/spend';
const namespace = 'spend';

export const spend = {
  core: 'dataset:spend:core.takings',
  board: 'dataset:spend:board.takings',
  copy: 'dataset:spend:tmp.takings_copy',
  load: 'job:spend:load_takings',
  dashboard: 'consumer:bi:dashboard:Takings',
  person: 'consumer:bi:user:ada',
};
export const firstDay = { from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' };
export const secondDay = { from: '2026-10-02T00:00:00Z', to: '2026-10-03T00:00:00Z' };

const facet = (name: string, body: object) => ({
  [name]: { _producer: producer, _schemaURL: `https://example.com/facets/${name}.json`, ...body },
});

interface Job {
  name: string;
  owner: string;
  reads: string[];
  writes: string;
  usd: [number, number]; // on the first and the second day; 0: it does not run
}

const jobs: Job[] = [
  { name: 'load_takings', owner: 'team:tills', reads: [], writes: 'core.takings', usd: [20, 30] },
  {
    name: 'build_takings',
    owner: 'team:ledger',
    reads: ['core.takings'],
    writes: 'board.takings',
    usd: [50, 50],
  },
  {
    name: 'copy_takings',
    owner: 'team:ledger',
    reads: ['core.takings'],
    writes: 'tmp.takings_copy',
    usd: [0, 20],
  },
];

const columns = ['day', 'till', 'cents'];

function runOf(job: Job, day: 0 | 1) {
  const usd = job.usd[day];
  if (usd === 0) return [];
  const at = (minute: number) => `2026-10-0${day + 1}T01:${String(minute).padStart(2, '0')}:00Z`;
  const base = {
    producer,
    schemaURL: spec,
    job: {
      namespace,
      name: job.name,
      facets: facet('ownership', { owners: [{ name: job.owner, type: 'MAINTAINER' }] }),
    },
    inputs: job.reads.map((name) => ({ namespace, name })),
    outputs: [
      {
        namespace,
        name: job.writes,
        facets: facet('schema', { fields: columns.map((name) => ({ name, type: 'TEXT' })) }),
        outputFacets: facet('outputStatistics', { rowCount: 1000 * (day + 1), size: 64_000 }),
      },
    ],
  };
  const cost = facet('headwater_cost', { amount: usd, currency: 'USD', slot_ms: usd * 60_000 });
  const runId = `spend ${job.name} ${day}`;
  return [
    { ...base, eventType: 'START', eventTime: at(0), run: { runId } },
    { ...base, eventType: 'COMPLETE', eventTime: at(10), run: { runId, facets: cost } },
  ];
}

export function spendEvents(): unknown[] {
  return [0, 1].flatMap((day) => jobs.flatMap((job) => runOf(job, day as 0 | 1)));
}

// Use of the second day, and of yesterday: what a dataset's panel shows is of the last 30 days.
export function spendUses(now = Date.now()): unknown[] {
  const yesterday = new Date(now - 86_400_000).toISOString();
  const dataset = { namespace, name: 'board.takings' };
  const consumer = (type: string, name: string) => ({ type, namespace: 'bi', name });
  return ['2026-10-02T12:00:00Z', yesterday].flatMap((at) => [
    {
      consumer: consumer('dashboard', 'Takings'),
      dataset,
      at,
      count: 9,
      columns: ['day', 'cents'],
      purpose: 'morning review',
      query_fingerprint: 'a81f',
      duration_ms: 18_000,
    },
    { consumer: consumer('user', 'ada'), dataset, at, count: 1, columns: ['day'] },
  ]);
}
