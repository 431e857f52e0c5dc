// Writes partitions.ndjson: three weeks of a weather network whose tables are cut by hour, day, week
// and station, as OpenLineage events. In it: new code of a daily table, a change of comments alone,
// an hour that came again with other numbers, a day that failed, one that was run again in vain.
// Deterministic; run `node samples/make-partitions.mjs > samples/partitions.ndjson` after a change.
import { createHash } from 'node:crypto';

const PRODUCER = 'https://weather.example/pipelines';
const SPEC = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const NS = 'weather';
const HOUR = 3600_000;
const DAY = 24 * HOUR;
const FIRST = Date.UTC(2026, 8, 14); // a Monday
const DAYS = 21;
const STATIONS = ['harbour', 'hill', 'valley'];

const facet = (name, body) => ({
  [name]: { _producer: PRODUCER, _schemaURL: `${PRODUCER}/${name}.json`, ...body },
});
const id = (text) => {
  const h = createHash('sha1').update(text).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
};
const at = (ms) => new Date(ms).toISOString();
const day = (ms) => at(ms).slice(0, 10);
const hour = (ms) => `${day(ms)}T${at(ms).slice(11, 13)}`;
const week = (ms) => day(ms);

const subset = (side, keys) =>
  facet('subset', {
    [side]: {
      type: 'partition',
      partitions: keys.map((dimensions) => ({
        identifier: Object.values(dimensions).join('/'),
        dimensions,
      })),
    },
  });

const fields = {
  readings: ['station', 'measured_at', 'temperature', 'humidity', 'raw'],
  'daily.temperature': ['station', 'day', 'low', 'high', 'mean'],
  'daily.comfort': ['station', 'day', 'index'],
  'weekly.summary': ['week', 'station', 'warmest', 'coldest'],
  'forecast.tomorrow': ['station', 'day', 'expected_high'],
  'report.almanac': ['day', 'text'],
};

const jobs = {
  collect: ['readings', 'SELECT * FROM stations'],
  temperature: [
    'daily.temperature',
    'SELECT station, day, min(temperature) AS low, max(temperature) AS high, avg(temperature) AS mean FROM readings GROUP BY 1, 2',
  ],
  comfort: [
    'daily.comfort',
    'SELECT station, day, mean - humidity / 10 AS index FROM daily.temperature',
  ],
  summary: [
    'weekly.summary',
    'SELECT week, station, max(high) AS warmest, min(low) AS coldest FROM daily.temperature GROUP BY 1, 2',
  ],
  forecast: [
    'forecast.tomorrow',
    'SELECT station, day, avg(high) AS expected_high FROM daily.temperature WHERE day > today - 3',
  ],
  almanac: [
    'report.almanac',
    'SELECT day, describe(index, expected_high) AS text FROM daily.comfort JOIN forecast.tomorrow',
  ],
};

const events = [];
function run({ job, start, minutes = 4, reads, keys, sql, outcome = 'COMPLETE', version, again = 0 }) {
  const [output, code] = jobs[job];
  const runId = id(`${job} ${start} ${again}`);
  const event = (type, time) => {
    const ended = type === 'COMPLETE';
    const outputFacets = {
      ...subset('outputCondition', keys),
      ...(ended ? facet('outputStatistics', { rowCount: 1000 + (start / HOUR) % 97, size: 48_000 }) : {}),
    };
    const partitions = version
      ? facet('headwater_partitions', { partitions: keys.map((key) => ({ key, dataVersion: version })) })
      : {};
    events.push({
      eventType: type,
      eventTime: at(time),
      producer: PRODUCER,
      schemaURL: SPEC,
      run: {
        runId,
        facets: {
          ...(type === 'FAIL'
            ? facet('errorMessage', { message: 'The disk of the worker was full.', programmingLanguage: 'SQL' })
            : {}),
          ...(ended ? facet('headwater_cost', { cpu_seconds: minutes * 50, amount: minutes * 0.02, currency: 'EUR' }) : {}),
        },
      },
      job: { namespace: NS, name: job, facets: { ...facet('sql', { query: sql ?? code }) } },
      inputs: Object.entries(reads).map(([name, cut]) => ({
        namespace: NS,
        name,
        inputFacets: subset('inputCondition', cut),
      })),
      outputs: [
        {
          namespace: NS,
          name: output,
          facets: ended
            ? facet('schema', { fields: fields[output].map((name) => ({ name, type: 'VARCHAR' })) })
            : {},
          outputFacets: { ...outputFacets, ...(ended ? partitions : {}) },
        },
      ],
    });
  };
  event('START', start);
  event(outcome, start + minutes * 60_000);
}

const stations = (name, value) => STATIONS.map((station) => ({ [name]: value, station }));
const hoursOf = (ms) => Array.from({ length: 24 }, (_, i) => ms + i * HOUR);

const newTemperature = jobs.temperature[1].replace('avg(temperature)', 'avg(temperature) + 0.1');
const talkative = `-- what a person feels\n${jobs.comfort[1]}`;

for (let i = 0; i < DAYS; i += 1) {
  const today = FIRST + i * DAY;
  // Six hours a run: one run a night would hide which hour came late.
  for (let part = 0; part < 4; part += 1) {
    const hours = hoursOf(today).slice(part * 6, part * 6 + 6);
    run({
      job: 'collect',
      start: hours[5] + HOUR + 2 * 60_000,
      reads: {},
      keys: hours.flatMap((ms) => stations('hour', hour(ms))),
    });
  }
  const night = today + DAY + 30 * 60_000;
  const temperature = { 'daily.temperature': stations('day', day(today)) };
  run({
    job: 'temperature',
    start: night,
    minutes: 11,
    reads: { readings: hoursOf(today).flatMap((ms) => stations('hour', hour(ms))) },
    keys: stations('day', day(today)),
    sql: i >= 17 ? newTemperature : undefined,
    outcome: i === 15 ? 'FAIL' : 'COMPLETE',
  });
  if (i === 15) continue;
  run({
    job: 'comfort',
    start: night + 20 * 60_000,
    reads: temperature,
    keys: stations('day', day(today)),
    sql: i >= 12 ? talkative : undefined,
  });
  if (i >= 2) {
    run({
      job: 'forecast',
      start: night + 25 * 60_000,
      minutes: 7,
      reads: {
        'daily.temperature': [2, 1, 0].flatMap((back) => stations('day', day(today - back * DAY))),
      },
      keys: stations('day', day(today)),
    });
    run({
      job: 'almanac',
      start: night + 40 * 60_000,
      reads: {
        'daily.comfort': stations('day', day(today)),
        'forecast.tomorrow': stations('day', day(today)),
      },
      keys: [{ day: day(today) }],
    });
  }
  if (i % 7 === 6) {
    const monday = today - 6 * DAY;
    run({
      job: 'summary',
      start: night + 60 * 60_000,
      minutes: 6,
      reads: {
        'daily.temperature': Array.from({ length: 7 }, (_, d) => monday + d * DAY).flatMap((ms) =>
          stations('day', day(ms)),
        ),
      },
      keys: stations('week', week(monday)),
    });
  }
  // The hill's sensor had been read in the wrong unit on one morning; mended two days later.
  if (i === 10) {
    run({
      job: 'collect',
      start: today + 9 * HOUR,
      reads: {},
      keys: [{ hour: hour(today - 2 * DAY + 7 * HOUR), station: 'hill' }],
      again: 1,
    });
  }
}

process.stdout.write(`${events.map((event) => JSON.stringify(event)).join('\n')}\n`);
