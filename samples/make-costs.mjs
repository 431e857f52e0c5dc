// Writes costs.ndjson: forty days of a small analytics domain with what its runs used, what they
// wrote, and who read it. Deterministic; run `node samples/make-costs.mjs > samples/costs.ndjson`
// after a change here.
import { createHash } from 'node:crypto';

const PRODUCER = 'https://alder.example/pipelines';
const SPEC = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/';
const DAYS = 40;
const LAST = Date.UTC(2026, 9, 5); // the day of the newest run
const DAY = 86_400_000;

const facet = (name, body) => ({
  [name]: { _producer: PRODUCER, _schemaURL: `${PRODUCER}/${name}.json`, ...body },
});
const id = (text) => {
  const h = createHash('sha1').update(text).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
};
// A number from 0 to 1 that depends on the text alone.
const chance = (text) =>
  createHash('sha1').update(text).digest().readUInt32BE(0) / 2 ** 32;

// name, owner, inputs, rows, gigabytes, CPU hours a day; every: days between runs
const tables = [
  ['raw.ad_clicks', 'team:marketing', [], 2_400_000, 38, 3.2, 1],
  ['raw.ad_spend', 'team:marketing', [], 18_000, 0.4, 0.2, 1],
  ['raw.tickets', 'team:support', [], 9_500, 1.1, 0.3, 1],
  ['raw.shipments', 'team:depots', [], 61_000, 4.2, 0.6, 1],
  ['clean.ad_clicks', 'team:marketing', ['raw.ad_clicks'], 2_250_000, 31, 6.5, 1],
  ['clean.tickets', 'team:support', ['raw.tickets'], 9_400, 0.9, 0.5, 1],
  ['clean.shipments', 'team:depots', ['raw.shipments'], 60_500, 3.8, 0.9, 1],
  ['mart.campaigns', 'team:marketing', ['clean.ad_clicks', 'raw.ad_spend'], 1_200, 0.1, 4.1, 1],
  ['mart.delivery_times', 'team:depots', ['clean.shipments'], 900, 0.1, 1.3, 1],
  ['mart.support_load', 'team:support', ['clean.tickets', 'clean.shipments'], 400, 0.05, 0.7, 1],
  ['mart.click_paths', 'team:web', ['clean.ad_clicks'], 310_000, 12, 9.8, 1],
  ['archive.ad_clicks_full', 'team:platform', ['raw.ad_clicks'], 96_000_000, 640, 11.5, 7],
];
const readers = [
  ['dashboard', 'looker', 'Campaigns', 'mart.campaigns', ['campaign', 'spend', 'revenue'], 40],
  ['dashboard', 'looker', 'Depot board', 'mart.delivery_times', ['depot', 'hours'], 120],
  ['dashboard', 'looker', 'Support week', 'mart.support_load', ['day', 'tickets'], 25],
  ['notebook', 'jupyter', 'churn-exploration', 'clean.tickets', [], 3],
  ['user', 'alder', 'ines', 'mart.campaigns', ['campaign', 'spend'], 6],
  ['user', 'alder', 'tom', 'mart.delivery_times', ['depot', 'hours', 'late'], 4],
  ['model', 'ml', 'delivery-eta', 'clean.shipments', ['depot', 'sent_at', 'arrived_at'], 24],
  ['service', 'shop', 'tracking-api', 'clean.shipments', ['order_id', 'arrived_at'], 900],
];

const out = [];
const name = (table) => ({ namespace: 'analytics', name: table });
const columnsOf = (table) =>
  [...new Set(['day', 'key', ...readers.filter((r) => r[3] === table).flatMap((r) => r[4])])];

function declare(table, owner, inputs) {
  const fields = columnsOf(table).map((column) => ({ name: column, type: 'VARCHAR' }));
  const ownership = facet('ownership', { owners: [{ name: owner, type: 'MAINTAINER' }] });
  out.push([LAST - (DAYS + 1) * DAY, {
    eventTime: new Date(LAST - (DAYS + 1) * DAY).toISOString(),
    producer: PRODUCER,
    schemaURL: `${SPEC}JobEvent`,
    job: { namespace: 'analytics', name: `load.${table}`, facets: ownership },
    inputs: inputs.map(name),
    outputs: [{ ...name(table), facets: { ...facet('schema', { fields }), ...ownership } }],
  }]);
}

function run([table, owner, inputs, rows, gigabytes, cpuHours], day) {
  const date = new Date(day).toISOString().slice(0, 10);
  const seed = `${table} ${date}`;
  const weekend = [0, 6].includes(new Date(day).getUTCDay());
  const busy = (weekend ? 0.7 : 1) * (0.94 + 0.12 * chance(seed));
  const spike = table === 'mart.click_paths' && date === '2026-10-03' ? 9 : 1;
  const start = day + 3 * 3_600_000 + Math.floor(chance(`${seed} at`) * 1_200_000);
  const seconds = Math.round(cpuHours * 900 * busy * spike);
  const bytes = Math.round(gigabytes * 1e9 * busy);
  const rowCount = Math.round(rows * busy);
  const nulls = Math.round(rowCount * (0.01 + 0.004 * chance(`${seed} nulls`)));
  const event = (type, time, extra = {}) => ({
    eventType: type,
    eventTime: new Date(time).toISOString(),
    producer: PRODUCER,
    schemaURL: `${SPEC}RunEvent`,
    run: { runId: id(seed), ...(extra.facets ? { facets: extra.facets } : {}) },
    job: { namespace: 'analytics', name: `load.${table}` },
    ...(extra.outputs ? { inputs: inputs.map(name), outputs: extra.outputs } : {}),
  });
  out.push([start, event('START', start)]);
  const end = start + seconds * 1000;
  const outputFacets = facet('outputStatistics', { rowCount, size: bytes });
  const metrics = facet('dataQualityMetrics', {
    rowCount,
    bytes,
    columnMetrics: Object.fromEntries(columnsOf(table).map((column) => [column, {
      nullCount: column === 'key' ? nulls : 0,
      distinctCount: column === 'day' ? 1 : Math.round(rowCount * 0.6),
    }])),
  });
  out.push([end, event('COMPLETE', end, {
    facets: facet('headwater_cost', {
      cpu_seconds: Math.round(cpuHours * 3600 * busy * spike),
      bytes_scanned: Math.round(bytes * 1.3 * spike),
      memory_gb_seconds: Math.round(cpuHours * 3600 * 8 * busy * spike),
      energy_wh: Math.round(cpuHours * 9 * busy * spike),
      amount: Math.round((cpuHours * 0.048 + gigabytes * 0.006) * busy * spike * 1e4) / 1e4,
      currency: 'USD',
    }),
    outputs: [{ ...name(table), facets: metrics, outputFacets }],
  })]);
}

function use([type, namespace, consumer, table, columns, count], day) {
  const date = new Date(day).toISOString().slice(0, 10);
  const weekend = [0, 6].includes(new Date(day).getUTCDay());
  const reads = Math.round(count * (weekend && type !== 'service' ? 0.1 : 1) * (0.8 + 0.4 * chance(`${consumer} ${date}`)));
  if (reads === 0) return;
  out.push([day + DAY, {
    consumer: { type, namespace, name: consumer },
    dataset: name(table),
    ...(columns.length > 0 ? { columns } : {}),
    count: reads,
    interval: { start: new Date(day).toISOString(), end: new Date(day + DAY).toISOString() },
    query_fingerprint: createHash('sha1').update(`${consumer}${table}`).digest('hex').slice(0, 12),
    duration_ms: reads * 850,
  }]);
}

for (const [table, owner, inputs] of tables) declare(table, owner, inputs);
for (let n = DAYS; n >= 0; --n) {
  const day = LAST - n * DAY;
  for (const table of tables) if (n % table[6] === 0) run(table, day);
  for (const reader of readers) use(reader, day);
}
out.sort((a, b) => a[0] - b[0]);
for (const [, line] of out) console.log(JSON.stringify(line));
