// Three weeks of orders that come every night, for the pages about quality: on the last night hardly any
// come, with many nulls. Beside them is what they are to be replaced by, with another schema. The history is
// longer than that of the other samples, so it has a server of its own.
const spec = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const producer = 'https://example.com/watched';
const namespace = 'watched';

export const watched = {
  orders: 'dataset:watched:orders',
  next: 'dataset:watched:orders_v2',
  stock: 'dataset:watched:stock',
};
const nights = 21;
const first = Date.UTC(2026, 8, 1, 2);
const dayMs = 86_400_000;
export const lastNight = new Date(first + (nights - 1) * dayMs).toISOString().slice(0, 10);

const facet = (name: string, body: object) => ({
  [name]: { _producer: producer, _schemaURL: `https://example.com/facets/${name}.json`, ...body },
});

interface Table {
  name: string;
  types: Record<string, string>;
  rows: (night: number) => number;
}

const orders = { day: 'DATE', cents: 'INT' };
const usual = (night: number) => 1000 + 10 * (night % 7);
const tables: Table[] = [
  { name: 'orders', types: orders, rows: (n) => (n === nights - 1 ? 12 : usual(n)) },
  { name: 'orders_v2', types: { ...orders, cents: 'BIGINT', note: 'TEXT' }, rows: usual },
  { name: 'stock', types: orders, rows: usual },
];

function run({ name, types, rows }: Table, night: number) {
  const count = rows(night);
  const fields = Object.entries(types).map(([field, type]) => ({ name: field, type }));
  const columnMetrics = Object.fromEntries(
    fields.map((f) => [f.name, { nullCount: 0, distinctCount: Math.round(count / 2) }]),
  );
  const key = new Date(first + night * dayMs).toISOString().slice(0, 10);
  return {
    eventType: 'COMPLETE',
    eventTime: new Date(first + night * dayMs).toISOString(),
    producer,
    schemaURL: spec,
    run: { runId: `watched ${name} ${night}` },
    job: { namespace, name: `load_${name}` },
    inputs: [],
    outputs: [
      {
        namespace,
        name,
        facets: {
          ...facet('schema', { fields }),
          ...facet('dataQualityMetrics', { rowCount: count, columnMetrics }),
        },
        outputFacets: {
          ...facet('outputStatistics', { rowCount: count, size: 64 * count }),
          ...facet('subset', {
            outputCondition: {
              type: 'partition',
              partitions: [{ identifier: key, dimensions: { date: key } }],
            },
          }),
        },
      },
    ],
  };
}

export function watchedEvents(): unknown[] {
  return Array.from({ length: nights }, (_, n) => tables.map((table) => run(table, n))).flat();
}
