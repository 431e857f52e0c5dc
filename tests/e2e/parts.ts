// Three weeks of clicks, cut by day and region, for the questions about partitions: they are loaded,
// cleaned, counted by day and shown as a mean of three days. In it: two changes of code that count, one
// of a comment that does not, and a partition of the source that came again late.
//
// The days are those of the data; the runs are a backfill in the days of the other samples.
const spec = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const producer = 'https://example.com/parts';
const namespace = 'parts';

export const parts = {
  raw: 'dataset:parts:raw.clicks',
  core: 'dataset:parts:core.clicks',
  mart: 'dataset:parts:mart.clicks',
  board: 'dataset:parts:board.clicks',
  clean: 'job:parts:clean',
  count: 'job:parts:count',
};
export const regions = ['eu', 'us'];
export const days = 21;
export const newClean = 14; // the first day that was cleaned by version 2.0
export const newCount = 18; // the first day that was counted by the new query
export const late = 16; // the day that came again, in eu
const newComment = 12;

const dayMs = 86_400_000;
export const day = (i: number) =>
  new Date(Date.UTC(2026, 8, 10) + i * dayMs).toISOString().slice(0, 10);

type Key = Record<string, string>;

const facet = (name: string, body: object) => ({
  [name]: { _producer: producer, _schemaURL: `https://example.com/facets/${name}.json`, ...body },
});

function subset(side: 'inputCondition' | 'outputCondition', keys: Key[]) {
  return facet('subset', {
    [side]: {
      type: 'partition',
      partitions: keys.map((dimensions) => ({
        identifier: Object.values(dimensions).join('/'),
        dimensions,
      })),
    },
  });
}

interface Run {
  job: string;
  id: string;
  minute: number; // of the backfill
  code: object; // a facet of the job
  reads: [string, Key[]][];
  writes: [string, Key[]];
}

const begin = Date.UTC(2026, 9, 1, 1);

function eventsOf(run: Run) {
  const at = (minute: number) => new Date(begin + minute * 60_000).toISOString();
  const [output, keys] = run.writes;
  const base = {
    producer,
    schemaURL: spec,
    run: { runId: run.id },
    job: { namespace, name: run.job, facets: run.code },
    inputs: run.reads.map(([name, read]) => ({
      namespace,
      name,
      inputFacets: subset('inputCondition', read),
    })),
    outputs: [{ namespace, name: output, outputFacets: subset('outputCondition', keys) }],
  };
  return [
    { ...base, eventType: 'START', eventTime: at(run.minute) },
    { ...base, eventType: 'COMPLETE', eventTime: at(run.minute + 8) },
  ];
}

const version = (semanticVersion: string) => facet('headwater_code', { semanticVersion });
const sql = (query: string) => facet('sql', { query });
const byRegion = (i: number) => regions.map((region) => ({ date: day(i), region }));
const countSql = 'SELECT date, count(*) FROM core.clicks GROUP BY date';
const meanSql = 'SELECT date, avg(clicks) OVER three_days FROM mart.clicks';

function night(i: number): Run[] {
  const minute = i * 120;
  const count = i < newCount ? countSql : countSql.replace('count(*)', 'count(DISTINCT visitor)');
  const mean = i < newComment ? meanSql : `-- for the board\n${meanSql}`;
  const three = [i - 2, i - 1, i].filter((n) => n >= 0).map((n) => ({ date: day(n) }));
  return [
    {
      job: 'load',
      id: `load ${day(i)}`,
      minute,
      code: version('1.0'),
      reads: [],
      writes: ['raw.clicks', byRegion(i)],
    },
    {
      job: 'clean',
      id: `clean ${day(i)}`,
      minute: minute + 20,
      code: version(i < newClean ? '1.0' : '2.0'),
      reads: [['raw.clicks', byRegion(i)]],
      writes: ['core.clicks', byRegion(i)],
    },
    {
      job: 'count',
      id: `count ${day(i)}`,
      minute: minute + 40,
      code: sql(count),
      reads: [['core.clicks', byRegion(i)]],
      writes: ['mart.clicks', [{ date: day(i) }]],
    },
    {
      job: 'mean',
      id: `mean ${day(i)}`,
      minute: minute + 60,
      code: sql(mean),
      reads: [['mart.clicks', three]],
      writes: ['board.clicks', [{ date: day(i) }]],
    },
  ];
}

export function partEvents(): unknown[] {
  const again: Run = {
    job: 'load',
    id: `load ${day(late)} again`,
    minute: days * 120 + 60,
    code: version('1.0'),
    reads: [],
    writes: ['raw.clicks', [{ date: day(late), region: 'eu' }]],
  };
  const nights = Array.from({ length: days }, (_, i) => night(i)).flat();
  return [...nights, again].flatMap(eventsOf);
}

// When the board begins is said by a person: three days before there was anything.
export const boardStart = day(-3);
export const boardSpace = {
  space: {
    dimensions: [
      { name: 'date', kind: 'time', granularity: 'day', zone: 'UTC', start: boardStart },
    ],
  },
  author: 'ada',
  reason: 'the campaign began then',
};
