// What the journeys find in the server: the demo, names of every kind, two graphs that are large, a
// small pipeline that changes, one that is cut into partitions, one that costs money, and one event that cannot be applied.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { partEvents } from './parts';
import { spendEvents } from './spend';
import { storyEvents } from './story';

export const spec = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
export const producer = 'https://example.com/e2e';

interface Name {
  namespace: string;
  name: string;
}

export const weird: { dataset: Name; job: Name }[] = [
  {
    dataset: { namespace: 's3://büro', name: 'ein/pfad/mit %2F drin' },
    job: { namespace: 'odd', name: 'a/b?c=d#e' },
  },
  {
    dataset: { namespace: 'odd:ns:1', name: 'x:y:z' },
    job: { namespace: 'odd', name: 'with "quotes" & <tags>' },
  },
  {
    dataset: { namespace: '日本', name: '売上 😀' },
    job: { namespace: 'odd', name: 'plus + and %' },
  },
  {
    dataset: { namespace: 'odd', name: 'back\\slash|pipe|up' },
    job: { namespace: 'odd', name: "it's; a 'job'" },
  },
];

// No browser can have this in the path of an address; its details come another way.
export const dots: Name = { namespace: 'odd', name: '..' };

export const wideHub: Name = { namespace: 'wide', name: 'hub' };
export const wideJobs = 249; // with their outputs and the hub: 499 nodes
export const overHub: Name = { namespace: 'over', name: 'hub' };
export const overJobs = 300; // 601 nodes: over the default limit of 500

export const id = (type: 'dataset' | 'job', { namespace, name }: Name) =>
  `${type}:${namespace}:${name}`;

function complete(job: Name, inputs: Name[], outputs: Name[], time = '2026-10-02T00:00:00Z') {
  return {
    eventType: 'COMPLETE',
    eventTime: time,
    producer,
    schemaURL: spec,
    run: { runId: `run of ${job.namespace}/${job.name}` },
    job,
    inputs,
    outputs,
  };
}

function star(hub: Name, jobs: number) {
  return Array.from({ length: jobs }, (_, i) =>
    complete(
      { namespace: hub.namespace, name: `job_${i}` },
      [hub],
      [{ namespace: hub.namespace, name: `out_${i}` }],
    ),
  );
}

export function events(): unknown[] {
  const demo = readFileSync(resolve(import.meta.dirname, '../../samples/demo.ndjson'), 'utf8');
  return [
    ...demo
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    ...weird.map(({ dataset, job }) =>
      complete(job, [dataset], [{ namespace: 'odd', name: `from ${job.name}` }]),
    ),
    complete({ namespace: 'odd', name: 'reader of dots' }, [dots], []),
    ...star(wideHub, wideJobs),
    ...star(overHub, overJobs),
    ...storyEvents(),
    ...partEvents(),
    ...spendEvents(),
  ];
}

export const broken = {
  eventType: 'COMPLETE',
  eventTime: '2026-10-04T07:00:00Z',
  producer: 'https://example.com/broken-client',
  schemaURL: spec,
  run: { runId: 'nameless' },
  job: { namespace: 'nightly' },
};
