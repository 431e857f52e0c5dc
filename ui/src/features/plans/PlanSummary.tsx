// What a plan comes to: how much, how long, at what cost, and what is not in it.
import { interval } from '../../components/Counts';
import { Icon } from '../../components/Icons';
import { Incomplete } from '../../components/Incomplete';
import { NodeName } from '../../components/RootCause';
import { count, plural } from '../../lib/format';
import { rangeText } from '../../lib/partitionKey';
import { partitionsHref } from '../../lib/partitionUrl';
import { Link } from '../../lib/router';
import type { Plan } from './usePlans';
import { cost, omissionTexts, spread } from './words';

export function PlanTotals({ plan }: { plan: Plan }) {
  const { totals: t, critical_path: path } = plan;
  const samples = (n: number) => (n > 0 ? `from ${plural(n, 'run')}` : 'no run to learn from');
  const tiles: [string, string, string?][] = [
    [
      interval(t.lower, t.upper),
      'partitions to run',
      t.upper > t.lower ? `${count(t.expected)} expected` : undefined,
    ],
    [count(t.datasets), t.datasets === 1 ? 'dataset' : 'datasets'],
    [count(t.tasks), t.tasks === 1 ? 'task' : 'tasks', `in ${plural(t.waves, 'wave')}`],
    [spread(path.duration_ms), 'at the soonest', 'the critical path'],
    [spread(t.duration_ms), 'of work', samples(t.duration_ms.samples)],
    [cost(t.cost_micros), 'cost', samples(t.cost_micros.samples)],
  ];
  const more = [
    t.reuse > 0 ? `${plural(t.reuse, 'partition')} can be reused` : '',
    t.skip > 0 ? `${plural(t.skip, 'partition')} will be skipped` : '',
    t.maybe > 0 ? `${plural(t.maybe, 'partition')} only maybe stale` : '',
  ].filter((text) => text !== '');
  return (
    <>
      <dl className="tiles plan-tiles" aria-label="What it comes to">
        {tiles.map(([number, what, note]) => (
          <div className="tile" key={what}>
            <dt>{what}</dt>
            <dd>
              <span className="tile-number">{number}</span>
              {note && <span className="tile-more">{note}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {more.length > 0 && <p className="quiet">{more.join(', ')}.</p>}
    </>
  );
}

function Omissions({ title, list }: { title: string; list: Plan['left_out'] }) {
  if (list.length === 0) return null;
  const all = list.reduce((sum, o) => sum + o.ranges.reduce((n, r) => n + r.count, 0), 0);
  return (
    <section className="card" aria-label={title}>
      <h2>
        {title} <span className="quiet">{plural(all, 'partition')}</span>
      </h2>
      <ul className="omissions">
        {list.map((o) => (
          <li key={`${o.nodeId} ${o.reason}`}>
            <NodeName id={o.nodeId} /> <span className="quiet">{omissionTexts[o.reason]}</span>
            <span className="affected-ranges">
              {o.ranges.slice(0, 8).map((r) => (
                <Link
                  key={r.first}
                  className="chip"
                  href={partitionsHref({ nodeId: o.nodeId, from: r.first, to: r.last })}
                >
                  {rangeText(r.first, r.last)}
                </Link>
              ))}
              {o.ranges.length > 8 && (
                <span className="quiet">and {plural(o.ranges.length - 8, 'more range')}</span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Warnings({ warnings }: { warnings: Plan['warnings'] }) {
  if (warnings.length === 0) return null;
  return (
    <section className="card" aria-label="Warnings">
      <h2>What to know before approving</h2>
      <ul className="warnings">
        {warnings.map((w) => (
          <li key={`${w.nodeId} ${w.code}`}>
            <Icon name="warn" />
            <span>
              {w.nodeId && (
                <>
                  <NodeName id={w.nodeId} />:{' '}
                </>
              )}
              {w.message}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function PlanNotes({ plan }: { plan: Plan }) {
  return (
    <>
      <Incomplete answer={plan} />
      <Warnings warnings={plan.warnings} />
      <div className="columns">
        <Omissions title="Left out" list={plan.left_out} />
        <Omissions title="Unrecoverable" list={plan.unrecoverable} />
      </div>
    </>
  );
}
