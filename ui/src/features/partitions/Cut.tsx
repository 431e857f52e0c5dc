// How a dataset is cut into partitions, and which partitions of others it reads.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { count, plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import { partitionsHref } from '../../lib/partitionUrl';
import { Link } from '../../lib/router';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';
import type { SpaceAnswer } from './usePartitions';

type Dimension = Schemas['PartitionDimension'];
type Mapping = Schemas['PartitionMapping'];

export function dimensionText(d: Dimension): string {
  if (d.kind === 'static') {
    const keys = (d.keys ?? []).filter((key) => !d.retired?.includes(key));
    return keys.length <= 8 ? keys.join(', ') : plural(keys.length, 'key');
  }
  if (d.kind === 'integer') {
    const end = d.end === undefined ? 'without end' : `to ${count(d.end - 1)}`;
    return `numbers from ${count(Number(d.start ?? 0))} ${end}`;
  }
  const start = d.start === undefined ? '' : ` from ${d.start}`;
  const again = d.refresh ? `, the last ${count(d.refresh)} run again with each` : '';
  return `${d.granularity ?? ''}s${start}, ${d.zone ?? 'UTC'}${again}`;
}

export function mappingText(mapping: Mapping['mapping']): string {
  if (!mapping) return 'not known';
  const { kind, from = 0, to = 0, pair_count: pairs } = mapping;
  const lanes = mapping.lanes === 'all' ? ', every lane' : '';
  const reach = `${from} to ${to > 0 ? `+${to}` : to}`;
  const texts: Record<typeof kind, string> = {
    identity: 'the same partition',
    window: `a window, ${reach}`,
    rollup: from === 0 && to === 0 ? 'all that begin within it' : `those within it, ${reach}`,
    fan_out: from === 0 && to === 0 ? 'the one that it lies in' : `the one around it, ${reach}`,
    all: 'every partition',
    last: 'the newest partition',
    explicit: plural(pairs ?? 0, 'pair'),
    as_of: 'as of then: never makes it stale',
  };
  return `${texts[kind]}${lanes}${waitText(mapping.wait)}`;
}

function waitText(wait: NonNullable<Mapping['mapping']>['wait']): string {
  const { inputs, quiet } = wait ?? {};
  const least = typeof inputs === 'object' && inputs !== null ? inputs.at_least : null;
  const some = inputs === 'all' ? ', waits for all' : least ? `, waits for ${count(least)}` : '';
  return `${some}${quiet ? `, quiet for ${quiet}` : ''}`;
}

function By({ declared, author }: { declared: boolean; author: string | null }) {
  return (
    <span className="quiet">
      {declared ? ` declared by ${author ?? 'somebody'}` : ' learned from runs'}
    </span>
  );
}

function Reads({ mapping: m }: { mapping: Mapping }) {
  const { runs, seen } = m.learned;
  return (
    <li>
      <Link href={partitionsHref({ nodeId: m.upstream })}>{readable(m.upstream).name}</Link>:{' '}
      {mappingText(m.mapping)}
      <By declared={m.declared} author={m.author} />
      {runs > 0 && (
        <span className="quiet">
          {' '}
          · {count(seen)} of {plural(runs, 'run')} agree
        </span>
      )}
    </li>
  );
}

export function Cut({ nodeId, space }: { nodeId: string; space: Resource<SpaceAnswer> }) {
  const query = { nodeId, direction: 'upstream' as const };
  const mappings = useResource(nodeId, (signal) =>
    ask(api.GET('/partitions/mappings', { params: { query }, signal })),
  );
  const cut = space.loading ? undefined : space.data;
  const reads = mappings.loading ? undefined : mappings.data?.mappings;
  return (
    <section className="card cut-card" aria-label="How it is cut">
      <h2>How it is cut, and what it reads</h2>
      {space.problem && <ProblemNote problem={space.problem} onRetry={space.reload} />}
      {mappings.problem && <ProblemNote problem={mappings.problem} onRetry={mappings.reload} />}
      {(space.loading || mappings.loading) && <Loading what="the rules" />}
      {cut && (
        <dl className="facts">
          {cut.space?.dimensions.map((d) => (
            <div key={d.name}>
              <dt className="mono">{d.name}</dt>
              <dd>{dimensionText(d)}</dd>
            </div>
          ))}
          <div>
            <dt>Cut</dt>
            <dd>
              {cut.space ? (
                <By declared={cut.declared} author={cut.author} />
              ) : (
                'not at all: one partition'
              )}
            </dd>
          </div>
          {cut.refresh_due !== null && (
            <div>
              <dt>Due for refresh</dt>
              <dd>{plural(cut.refresh_due, 'partition')}</dd>
            </div>
          )}
        </dl>
      )}
      {reads && (
        <ul className="reads" aria-label="What it reads">
          {reads.map((m) => (
            <Reads key={m.upstream} mapping={m} />
          ))}
          {reads.length === 0 && <li className="quiet">It reads no other dataset’s partitions.</li>}
        </ul>
      )}
    </section>
  );
}
