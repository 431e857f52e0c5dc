// Writes demo.ndjson: four days in the life of a garden shop's warehouse, as OpenLineage events.
// Deterministic; run `node samples/make-demo.mjs > samples/demo.ndjson` after a change here.
import { createHash } from 'node:crypto';

const PRODUCER = 'https://alder.example/pipelines';
const SPEC = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/';
const FACET = 'https://openlineage.io/spec/facets/1-0-0/';

const DB = 'postgres://shop-db.alder.example:5432';
const BUS = 'kafka://events.alder.example:9092';
const RAW = 's3://alder-raw';
const WH = 'warehouse';
const CRM = 'crm';
const ML = 'ml';
const REPORTS = 'reports';
const WEEKLY = 'Wochenübersicht/Umsatz & Lager 100%';

const facet = (name, body) => ({
  [name]: { _producer: PRODUCER, _schemaURL: `${FACET}${name}.json`, ...body },
});
const id = (text) => {
  const h = createHash('sha1').update(text).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
};

// ---- datasets: [fields as "name type [description]"], description, owner, tags ----------------
const datasets = new Map();
const dataset = (namespace, name, fields, extra = {}) =>
  datasets.set(`${namespace} ${name}`, { namespace, name, fields, ...extra });

dataset(
  DB,
  'public.orders',
  [
    'id BIGINT',
    'customer_id BIGINT',
    'placed_at TIMESTAMPTZ',
    'status TEXT',
    'shipping_country TEXT',
  ],
  { about: 'Orders as the checkout writes them.', owner: 'team:checkout', tags: ['source'] },
);
dataset(
  DB,
  'public.order_items',
  [
    'order_id BIGINT',
    'product_id BIGINT',
    'quantity INTEGER',
    'unit_price_cents BIGINT',
    'discount_cents BIGINT',
  ],
  { about: 'Lines of an order.', owner: 'team:checkout', tags: ['source'] },
);
dataset(
  DB,
  'public.customers',
  ['id BIGINT', 'email TEXT', 'name TEXT', 'country TEXT', 'newsletter BOOLEAN'],
  { about: 'Customers with an account.', owner: 'team:accounts', tags: ['source', 'personal'] },
);
dataset(
  DB,
  'public.products',
  ['id BIGINT', 'sku TEXT', 'title TEXT', 'category TEXT', 'supplier_id BIGINT'],
  { about: 'What is on the shelves.', owner: 'team:catalogue', tags: ['source'] },
);
dataset(DB, 'public.suppliers', ['id BIGINT', 'name TEXT', 'lead_time_days INTEGER'], {
  owner: 'team:catalogue',
  tags: ['source'],
});
dataset(
  DB,
  'public.stock_levels',
  ['product_id BIGINT', 'depot TEXT', 'on_hand INTEGER', 'counted_at TIMESTAMPTZ'],
  { about: 'Counted every evening in each depot.', owner: 'team:depots', tags: ['source'] },
);
dataset(BUS, 'web.clicks', ['visitor STRING', 'url STRING', 'at TIMESTAMP', 'referrer STRING'], {
  about: 'Page views of the shop.',
  owner: 'team:web',
  tags: ['source', 'personal'],
});
dataset(BUS, 'web.carts', ['visitor STRING', 'product_id LONG', 'action STRING', 'at TIMESTAMP'], {
  owner: 'team:web',
  tags: ['source'],
});
for (const [table, fields] of [
  [
    'orders',
    [
      'id LONG',
      'customer_id LONG',
      'placed_at TIMESTAMP',
      'status STRING',
      'shipping_country STRING',
    ],
  ],
  [
    'order_items',
    [
      'order_id LONG',
      'product_id LONG',
      'quantity INT',
      'unit_price_cents LONG',
      'discount_cents LONG',
    ],
  ],
  ['customers', ['id LONG', 'email STRING', 'name STRING', 'country STRING', 'newsletter BOOLEAN']],
  [
    'products',
    [
      'id LONG',
      'sku STRING',
      'title STRING',
      'category STRING',
      'supplier STRING',
      'lead_time_days INT',
    ],
  ],
])
  dataset(RAW, `shop/${table}/`, fields, { owner: 'team:platform' });
dataset(
  WH,
  'staging.orders',
  ['order_id BIGINT', 'customer_id BIGINT', 'day DATE', 'status VARCHAR', 'country VARCHAR'],
  { owner: 'team:analytics' },
);
dataset(
  WH,
  'staging.order_lines',
  ['order_id BIGINT', 'product_id BIGINT', 'quantity INTEGER', 'net_cents BIGINT'],
  { owner: 'team:analytics' },
);
dataset(
  WH,
  'staging.customers',
  ['customer_id BIGINT', 'email_hash VARCHAR', 'country VARCHAR', 'newsletter BOOLEAN'],
  { owner: 'team:analytics' },
);
dataset(
  WH,
  'staging.products',
  [
    'product_id BIGINT',
    'sku VARCHAR',
    'title VARCHAR',
    'category VARCHAR',
    'lead_time_days INTEGER',
  ],
  { owner: 'team:analytics' },
);
dataset(
  WH,
  'staging.sessions',
  [
    'session_id VARCHAR',
    'visitor VARCHAR',
    'started_at TIMESTAMP',
    'pages INTEGER',
    'carted_products ARRAY',
  ],
  { about: 'Clicks grouped into visits, thirty minutes apart.', owner: 'team:web' },
);
dataset(
  WH,
  'core.order_facts',
  [
    'order_id BIGINT',
    'day DATE',
    'customer_id BIGINT',
    'product_id BIGINT',
    'category VARCHAR',
    'country VARCHAR',
    'quantity INTEGER',
    'net_cents BIGINT',
  ],
  {
    about:
      'One row for each order line that was not cancelled. Everything that counts money starts here.',
    owner: 'team:analytics',
    tags: ['gold'],
  },
);
dataset(
  WH,
  'core.customers',
  [
    'customer_id BIGINT',
    'email_hash VARCHAR',
    'country VARCHAR',
    'first_order DATE',
    'lifetime_cents BIGINT',
  ],
  {
    about: 'One row for each customer, with what they are worth.',
    owner: 'team:analytics',
    tags: ['gold', 'personal'],
  },
);
dataset(
  WH,
  'mart.revenue_daily',
  ['day DATE', 'category VARCHAR', 'orders INTEGER', 'revenue_cents BIGINT'],
  {
    about: 'Revenue after discounts, by day and category.',
    owner: 'team:finance',
    tags: ['gold', 'finance'],
  },
);
dataset(
  WH,
  'mart.revenue_by_region',
  ['day DATE', 'country VARCHAR', 'revenue_cents BIGINT', 'new_customers INTEGER'],
  { owner: 'team:finance', tags: ['finance'] },
);
dataset(
  WH,
  'mart.stock_alerts',
  ['day DATE', 'sku VARCHAR', 'depot VARCHAR', 'days_left INTEGER'],
  { about: 'Products that run out before the next delivery.', owner: 'team:depots' },
);
dataset(
  WH,
  'mart.attribution',
  ['day DATE', 'referrer VARCHAR', 'orders INTEGER', 'revenue_cents BIGINT'],
  { owner: 'team:marketing' },
);
dataset(
  WH,
  'mart.demand_forecast',
  ['day DATE', 'sku VARCHAR', 'expected_quantity DOUBLE', 'p90_quantity DOUBLE'],
  { about: 'Two weeks ahead, by product.', owner: 'team:forecast' },
);
dataset(
  ML,
  'features.demand',
  ['sku VARCHAR', 'day DATE', 'lag_7 DOUBLE', 'lag_28 DOUBLE', 'is_spring BOOLEAN'],
  { owner: 'team:forecast' },
);
dataset(ML, 'models/demand:latest', ['artifact BINARY'], {
  about: 'The model that forecasts demand.',
  owner: 'team:forecast',
});
dataset(
  REPORTS,
  WEEKLY,
  ['Woche DATE', 'Umsatz BIGINT', 'Aufträge INTEGER', 'Fehlbestand INTEGER'],
  { about: 'The page that is on the wall of the office each Monday.', owner: 'team:finance' },
);
dataset(CRM, 'contacts', ['contact_id VARCHAR', 'segment VARCHAR', 'lifetime_cents BIGINT'], {
  owner: 'team:marketing',
  tags: ['personal'],
});

function facetsOf(d) {
  const fields = d.fields.map((f) => {
    const [name, type] = f.split(' ');
    return { name, type };
  });
  return {
    ...facet('schema', { fields }),
    ...facet('dataSource', { name: d.namespace, uri: d.namespace }),
    ...(d.about ? facet('documentation', { description: d.about }) : {}),
    ...(d.owner ? facet('ownership', { owners: [{ name: d.owner, type: 'MAINTAINER' }] }) : {}),
    ...(d.tags
      ? facet('tags', { tags: d.tags.map((key) => ({ key, value: 'true', source: 'USER' })) })
      : {}),
  };
}

const ref = (namespace, name) => {
  const d = datasets.get(`${namespace} ${name}`);
  return { namespace, name, facets: facetsOf(d) };
};
function columns(output, pairs) {
  const fields = {};
  for (const [field, namespace, name, from, type = 'DIRECT', subtype = 'IDENTITY'] of pairs) {
    (fields[field] ??= { inputFields: [] }).inputFields.push({
      namespace,
      name,
      field: from,
      transformations: [{ type, subtype, masking: subtype === 'HASH' }],
    });
  }
  Object.assign(output.facets, facet('columnLineage', { fields }));
  return output;
}

// ---- jobs ------------------------------------------------------------------------------------
const jobs = [];
const job = (namespace, name, spec) => jobs.push({ namespace, name, ...spec });

job('nightly', 'shop_nightly', {
  at: '02:00',
  minutes: 95,
  about: 'Everything the shop counts, once a night.',
  owner: 'team:platform',
});
job('nightly', 'shop_nightly.extract_orders', {
  at: '02:01',
  minutes: 9,
  parent: 'shop_nightly',
  inputs: [
    [DB, 'public.orders'],
    [DB, 'public.order_items'],
  ],
  outputs: [
    [RAW, 'shop/orders/'],
    [RAW, 'shop/order_items/'],
  ],
  owner: 'team:platform',
  rows: 48210,
});
job('nightly', 'shop_nightly.extract_customers', {
  at: '02:01',
  minutes: 4,
  parent: 'shop_nightly',
  inputs: [[DB, 'public.customers']],
  outputs: [[RAW, 'shop/customers/']],
  owner: 'team:platform',
  rows: 91544,
});
job('nightly', 'shop_nightly.extract_products', {
  at: '02:01',
  minutes: 3,
  parent: 'shop_nightly',
  inputs: [
    [DB, 'public.products'],
    [DB, 'public.suppliers'],
  ],
  outputs: [[RAW, 'shop/products/']],
  owner: 'team:platform',
  rows: 6120,
});
job('streaming', 'click_sessions', {
  at: '00:00',
  minutes: 1439,
  stream: true,
  inputs: [
    [BUS, 'web.clicks'],
    [BUS, 'web.carts'],
  ],
  outputs: [[WH, 'staging.sessions']],
  about: 'Groups clicks into visits.',
  owner: 'team:web',
  rows: 310877,
});
job('nightly', 'shop_nightly.stage_orders', {
  at: '02:12',
  minutes: 6,
  parent: 'shop_nightly',
  inputs: [
    [RAW, 'shop/orders/'],
    [RAW, 'shop/order_items/'],
  ],
  outputs: [
    [WH, 'staging.orders'],
    [WH, 'staging.order_lines'],
  ],
  sql: 'INSERT INTO staging.orders SELECT id, customer_id, placed_at::date, status, shipping_country FROM raw.orders',
  owner: 'team:analytics',
  rows: 48210,
});
job('nightly', 'shop_nightly.stage_customers', {
  at: '02:06',
  minutes: 3,
  parent: 'shop_nightly',
  inputs: [[RAW, 'shop/customers/']],
  outputs: [[WH, 'staging.customers']],
  sql: 'INSERT INTO staging.customers SELECT id, sha256(email), country, newsletter FROM raw.customers',
  owner: 'team:analytics',
  rows: 91544,
});
job('nightly', 'shop_nightly.stage_products', {
  at: '02:05',
  minutes: 2,
  parent: 'shop_nightly',
  inputs: [[RAW, 'shop/products/']],
  outputs: [[WH, 'staging.products']],
  sql: 'INSERT INTO staging.products SELECT id, sku, title, category, lead_time_days FROM raw.products',
  owner: 'team:analytics',
  rows: 6120,
});
job('nightly', 'shop_nightly.build_order_facts', {
  at: '02:20',
  minutes: 18,
  parent: 'shop_nightly',
  inputs: [
    [WH, 'staging.orders'],
    [WH, 'staging.order_lines'],
    [WH, 'staging.products'],
  ],
  outputs: [[WH, 'core.order_facts']],
  sql: "INSERT INTO core.order_facts\nSELECT o.order_id, o.day, o.customer_id, l.product_id, p.category, o.country, l.quantity, l.net_cents\nFROM staging.orders o\nJOIN staging.order_lines l USING (order_id)\nJOIN staging.products p USING (product_id)\nWHERE o.status <> 'cancelled'",
  owner: 'team:analytics',
  rows: 131902,
  columns: [
    ['order_id', WH, 'staging.orders', 'order_id'],
    ['day', WH, 'staging.orders', 'day'],
    ['customer_id', WH, 'staging.orders', 'customer_id'],
    ['product_id', WH, 'staging.order_lines', 'product_id'],
    ['category', WH, 'staging.products', 'category'],
    ['country', WH, 'staging.orders', 'country'],
    ['quantity', WH, 'staging.order_lines', 'quantity'],
    ['net_cents', WH, 'staging.order_lines', 'net_cents'],
    ['net_cents', WH, 'staging.orders', 'status', 'INDIRECT', 'FILTER'],
  ],
});
job('nightly', 'shop_nightly.build_customers', {
  at: '02:39',
  minutes: 8,
  parent: 'shop_nightly',
  inputs: [
    [WH, 'staging.customers'],
    [WH, 'core.order_facts'],
  ],
  outputs: [[WH, 'core.customers']],
  sql: 'INSERT INTO core.customers SELECT c.customer_id, c.email_hash, c.country, min(f.day), sum(f.net_cents) FROM staging.customers c LEFT JOIN core.order_facts f USING (customer_id) GROUP BY 1, 2, 3',
  owner: 'team:analytics',
  rows: 91544,
  columns: [
    ['customer_id', WH, 'staging.customers', 'customer_id'],
    ['email_hash', WH, 'staging.customers', 'email_hash'],
    ['first_order', WH, 'core.order_facts', 'day', 'DIRECT', 'AGGREGATION'],
    ['lifetime_cents', WH, 'core.order_facts', 'net_cents', 'DIRECT', 'AGGREGATION'],
  ],
});
job('nightly', 'shop_nightly.mart_revenue', {
  at: '02:48',
  minutes: 7,
  parent: 'shop_nightly',
  inputs: [
    [WH, 'core.order_facts'],
    [WH, 'core.customers'],
  ],
  outputs: [
    [WH, 'mart.revenue_daily'],
    [WH, 'mart.revenue_by_region'],
  ],
  sql: 'INSERT INTO mart.revenue_daily SELECT day, category, count(DISTINCT order_id), sum(net_cents) FROM core.order_facts GROUP BY day, category',
  sqlFromDay3:
    "INSERT INTO mart.revenue_daily SELECT day, coalesce(category, 'other'), count(DISTINCT order_id), sum(net_cents) FROM core.order_facts GROUP BY 1, 2",
  owner: 'team:finance',
  rows: 64,
});
job('nightly', 'shop_nightly.mart_stock', {
  at: '02:48',
  minutes: 5,
  parent: 'shop_nightly',
  inputs: [
    [WH, 'staging.products'],
    [DB, 'public.stock_levels'],
    [WH, 'core.order_facts'],
  ],
  outputs: [[WH, 'mart.stock_alerts']],
  sql: 'INSERT INTO mart.stock_alerts SELECT current_date, sku, depot, on_hand / nullif(sold_per_day, 0) FROM staging.products JOIN stock_levels USING (product_id) JOIN sales USING (product_id)',
  owner: 'team:depots',
  rows: 212,
  fails: {
    2: 'canceling statement due to lock timeout\n  while locking tuple (1204,7) in relation "stock_levels"',
    4: 'relation "public.stock_levels" has no column "on_hand"\n  LINE 1: ... sku, depot, on_hand / nullif(sold_per_day, 0) FROM ...',
  },
});
job('nightly', 'shop_nightly.attribution', {
  at: '02:55',
  minutes: 11,
  parent: 'shop_nightly',
  inputs: [
    [WH, 'staging.sessions'],
    [WH, 'core.order_facts'],
  ],
  inputsUntilDay2: [[BUS, 'web.carts']],
  outputs: [[WH, 'mart.attribution']],
  sql: 'INSERT INTO mart.attribution SELECT f.day, c.referrer, count(*), sum(f.net_cents) FROM core.order_facts f JOIN carts c USING (visitor) GROUP BY 1, 2',
  sqlFromDay3:
    'INSERT INTO mart.attribution SELECT f.day, s.referrer, count(*), sum(f.net_cents) FROM core.order_facts f JOIN staging.sessions s USING (visitor) GROUP BY 1, 2',
  owner: 'team:marketing',
  rows: 930,
});
job('ml', 'demand.train', {
  at: '03:40',
  minutes: 52,
  inputs: [
    [WH, 'core.order_facts'],
    [WH, 'mart.stock_alerts'],
  ],
  outputs: [
    [ML, 'features.demand'],
    [ML, 'models/demand:latest'],
  ],
  about: 'Fits the demand model on two years of orders.',
  owner: 'team:forecast',
  python: true,
  rows: 4380000,
});
job('ml', 'demand.forecast', {
  at: '04:35',
  minutes: 6,
  inputs: [
    [ML, 'features.demand'],
    [ML, 'models/demand:latest'],
  ],
  outputs: [[WH, 'mart.demand_forecast']],
  owner: 'team:forecast',
  python: true,
  rows: 85680,
  aborts: [4],
});
job('reporting', 'weekly_report', {
  at: '05:30',
  minutes: 2,
  inputs: [
    [WH, 'mart.revenue_daily'],
    [WH, 'mart.attribution'],
    [WH, 'mart.demand_forecast'],
  ],
  outputs: [[REPORTS, WEEKLY]],
  owner: 'team:finance',
  rows: 52,
  python: true,
});
job('reporting', 'crm/sync contacts', {
  at: '06:00',
  minutes: 14,
  inputs: [
    [WH, 'core.customers'],
    [WH, 'mart.attribution'],
  ],
  outputs: [[CRM, 'contacts']],
  owner: 'team:marketing',
  rows: 20344,
  unfinishedOn: 4,
});

function jobFacets(j, day) {
  const sql = day >= 3 && j.sqlFromDay3 ? j.sqlFromDay3 : j.sql;
  return {
    ...facet('jobType', {
      processingType: j.stream ? 'STREAMING' : 'BATCH',
      integration: j.sql ? 'SQL' : j.python ? 'PYTHON' : 'WORKFLOW',
      jobType: j.stream ? 'JOB' : 'TASK',
    }),
    ...(sql ? facet('sql', { query: sql, dialect: 'postgres' }) : {}),
    ...(j.about ? facet('documentation', { description: j.about }) : {}),
    ...(j.owner ? facet('ownership', { owners: [{ name: j.owner, type: 'MAINTAINER' }] }) : {}),
    ...(j.python
      ? facet('sourceCodeLocation', {
          type: 'git',
          url: `https://git.alder.example/${j.namespace}/${encodeURIComponent(j.name)}.py`,
          version: day >= 3 ? '9d41c07' : '5b2e8fa',
        })
      : {}),
  };
}

const events = [];
const time = (day, clock, plusMinutes = 0, ms = 0) => {
  const t = new Date(`2026-10-0${day}T${clock}:00.000Z`).getTime() + plusMinutes * 60000 + ms;
  return new Date(t).toISOString();
};

function runOf(j, day) {
  const facets = {
    ...facet('nominalTime', { nominalStartTime: time(day, '00:00') }),
    ...facet('processing_engine', {
      version: j.sql ? '16.4' : '3.5.1',
      name: j.sql ? 'postgres' : 'spark',
    }),
  };
  if (j.parent) {
    Object.assign(
      facets,
      facet('parent', {
        run: { runId: id(`nightly ${j.parent} ${day}`) },
        job: { namespace: j.namespace, name: j.parent },
      }),
    );
  }
  return { runId: id(`${j.namespace} ${j.name} ${day}`), facets };
}

function runEvents(j, day) {
  const run = runOf(j, day);
  const base = {
    producer: PRODUCER,
    schemaURL: `${SPEC}RunEvent`,
    job: { namespace: j.namespace, name: j.name, facets: jobFacets(j, day) },
  };
  const inputs = [...(j.inputs ?? []), ...(day <= 2 ? (j.inputsUntilDay2 ?? []) : [])].map(
    ([ns, n]) => ref(ns, n),
  );
  const outputs = (j.outputs ?? []).map(([ns, n]) => ref(ns, n));
  if (j.columns) columns(outputs[0], j.columns);
  const emit = (eventType, eventTime, more = {}) =>
    events.push({ eventType, eventTime, run, ...base, ...more });
  emit('START', time(day, j.at), { inputs, outputs: [] });
  if (j.unfinishedOn === day) return;
  if (j.stream) {
    const beat = outputs.map((o) => ({
      ...o,
      outputFacets: facet('outputStatistics', { rowCount: Math.round(j.rows / 2) }),
    }));
    emit('RUNNING', time(day, '12:00'), { inputs, outputs: beat });
    if (day === 4) return;
  }
  const error = j.fails?.[day];
  const minutes = j.minutes * (1 + ((day * 7 + j.name.length) % 5) / 20);
  if (error) {
    const failed = {
      ...run,
      facets: {
        ...run.facets,
        ...facet('errorMessage', { message: error, programmingLanguage: 'SQL' }),
      },
    };
    emit('FAIL', time(day, j.at, minutes / 3, 417), { run: failed, inputs, outputs: [] });
    return;
  }
  if (j.aborts?.includes(day)) {
    emit('ABORT', time(day, j.at, 1, 52), { inputs, outputs: [] });
    return;
  }
  const written = outputs.map((o, i) => ({
    ...o,
    outputFacets: facet('outputStatistics', {
      rowCount: Math.round(j.rows * (1 + day / 100) * (i ? 2.7 : 1)),
      size: Math.round(j.rows * 81),
    }),
  }));
  emit('COMPLETE', time(day, j.at, minutes, 208), { inputs, outputs: written });
}

for (let day = 1; day <= 4; day++) for (const j of jobs) runEvents(j, day);

// What nobody runs: declarations.
const { namespace, name, facets } = ref(WH, 'mart.revenue_daily');
Object.assign(
  facets,
  facet('documentation', {
    description:
      'Revenue after discounts and before returns, by day and category. Closed at 03:00 UTC.',
  }),
);
events.push({
  eventTime: '2026-10-03T09:12:00.000Z',
  producer: 'https://alder.example/catalogue',
  schemaURL: `${SPEC}DatasetEvent`,
  dataset: { namespace, name, facets },
});
events.push({
  eventTime: '2026-10-03T09:14:00.000Z',
  producer: 'https://alder.example/catalogue',
  schemaURL: `${SPEC}JobEvent`,
  job: {
    namespace: 'reporting',
    name: 'dashboards/finance-wall',
    facets: {
      ...facet('documentation', { description: 'The screen in the finance office.' }),
      ...facet('ownership', { owners: [{ name: 'team:finance', type: 'MAINTAINER' }] }),
    },
  },
  inputs: [
    { namespace: WH, name: 'mart.revenue_daily' },
    { namespace: WH, name: 'mart.revenue_by_region' },
  ],
  outputs: [],
});

events.sort((a, b) => a.eventTime.localeCompare(b.eventTime));
process.stdout.write(events.map((e) => JSON.stringify(e)).join('\n') + '\n');
