// Four days of a small pipeline with all that the questions about time, columns and causes are about:
// sales are extracted, built into a mart and reported. On day 2 raw.sales gains a column, on day 3 new
// code reads the rates too, and the report fails once.
const spec = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const facets = 'https://openlineage.io/spec/facets/1-0-0/';
const producer = 'https://example.com/story';

export const db = 'postgres://story-db:5432';
export const story = {
  source: `dataset:${db}:app.sales`,
  raw: 'dataset:story:raw.sales',
  rates: 'dataset:story:raw.rates',
  mart: 'dataset:story:mart.sales',
  board: 'dataset:story:board.sales',
  extract: 'job:story:extract',
  build: 'job:story:build',
  report: 'job:story:report',
};
export const field = (dataset: 'raw' | 'mart' | 'board', column: string) =>
  `datasetField:story:${story[dataset].split(':').at(-1)}:${column}`;

const facet = (name: string, body: object) => ({
  [name]: { _producer: producer, _schemaURL: `${facets}${name}.json`, ...body },
});

interface Dataset {
  namespace: string;
  name: string;
  facets: Record<string, object>;
}

function dataset(namespace: string, name: string, columns: string[], owner: string): Dataset {
  const fields = columns.map((column) => ({ name: column, type: 'TEXT' }));
  return {
    namespace,
    name,
    facets: {
      ...facet('schema', { fields }),
      ...facet('ownership', { owners: [{ name: owner, type: 'MAINTAINER' }] }),
    },
  };
}

type Source = [from: string, type?: 'DIRECT' | 'INDIRECT', subtype?: string, masking?: boolean];

function withColumns(output: Dataset, input: Dataset, fields: Record<string, Source[]>): Dataset {
  const entries = Object.entries(fields).map(([column, sources]) => [
    column,
    {
      inputFields: sources.map(
        ([from, type = 'DIRECT', subtype = 'IDENTITY', masking = false]) => ({
          namespace: input.namespace,
          name: input.name,
          field: from,
          transformations: [{ type, subtype, masking }],
        }),
      ),
    },
  ]);
  const lineage = facet('columnLineage', { fields: Object.fromEntries(entries) as object });
  return { ...output, facets: { ...output.facets, ...lineage } };
}

interface Task {
  name: string;
  hour: number;
  sql: string;
  inputs: Dataset[];
  outputs: Dataset[];
  error?: string;
}

function tasks(day: number): Task[] {
  const columns = ['id', 'day', 'email', 'cents', 'status'];
  const source = dataset(db, 'app.sales', columns, 'team:shop');
  const raw = dataset('story', 'raw.sales', day >= 2 ? [...columns, 'vat'] : columns, 'team:data');
  const rates = dataset('story', 'raw.rates', ['day', 'rate'], 'team:data');
  const mart = dataset('story', 'mart.sales', ['day', 'customer', 'net_cents'], 'team:data');
  const board = dataset('story', 'board.sales', ['week', 'total'], 'team:finance');
  const built = withColumns(mart, raw, {
    day: [['day']],
    customer: [['email', 'DIRECT', 'HASH', true]],
    net_cents: [
      ['cents', 'DIRECT', 'TRANSFORMATION'],
      ['status', 'INDIRECT', 'FILTER'],
    ],
  });
  const same = Object.fromEntries(columns.map((c) => [c, [[c] as Source]]));
  const old = 'SELECT day, md5(email), cents FROM raw.sales WHERE status = 1';
  return [
    {
      name: 'extract',
      hour: 1,
      sql: 'COPY app.sales',
      inputs: [source],
      outputs: [withColumns(raw, source, same)],
    },
    {
      name: 'build',
      hour: 2,
      sql: day >= 3 ? `${old} JOIN raw.rates USING (day)` : old,
      inputs: day >= 3 ? [raw, rates] : [raw],
      outputs: [built],
    },
    {
      name: 'report',
      hour: 3,
      sql: 'SELECT * FROM mart.sales',
      inputs: [mart],
      outputs: [board],
      ...(day === 3 ? { error: 'column "cents" does not exist' } : {}),
    },
  ];
}

function runOf(task: Task, day: number) {
  const { name, hour, sql, inputs, error } = task;
  const runId = `story ${name} ${day}`;
  const at = (minute: number) => `2026-10-0${day}T0${hour}:${String(minute).padStart(2, '0')}:00Z`;
  const base = {
    producer,
    schemaURL: spec,
    job: { namespace: 'story', name, facets: facet('sql', { query: sql }) },
  };
  const failed = error ? facet('errorMessage', { message: error, programmingLanguage: 'SQL' }) : {};
  const outputs = task.outputs.map((output) => ({
    ...output,
    outputFacets: facet('outputStatistics', { rowCount: 1000 + day }),
  }));
  return [
    { ...base, eventType: 'START', eventTime: at(0), run: { runId }, inputs, outputs: [] },
    {
      ...base,
      eventType: error ? 'FAIL' : 'COMPLETE',
      eventTime: at(20),
      run: { runId, facets: failed },
      inputs,
      outputs: error ? [] : outputs,
    },
  ];
}

export function storyEvents(): unknown[] {
  return [1, 2, 3, 4].flatMap((day) => tasks(day).flatMap((task) => runOf(task, day)));
}
