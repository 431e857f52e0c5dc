// Who uses a dataset, how often, what of it, and what of it nobody uses.
import type { ReactNode } from 'react';
import { useState } from 'react';
import { DayBars } from '../../components/DayBars';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { ReportUse } from '../../components/ReportUse';
import { everyDay } from '../../lib/days';
import { bytes, count, duration, moment, plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import type { UnusedColumns, Usage, UsedBy } from './useUsage';
import { usageDays, useUnusedColumns, useUsage } from './useUsage';

const shownAtFirst = 8;

interface SomeProps<T> {
  label: string;
  items: readonly T[];
  total: number; // the server lists at most 1,000
  row: (item: T) => ReactNode;
  keyOf: (item: T) => string;
}

function Some<T>({ label, items, total, row, keyOf }: SomeProps<T>) {
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, shownAtFirst);
  return (
    <>
      <ul className="used-list" aria-label={label}>
        {shown.map((item) => (
          <li key={keyOf(item)}>{row(item)}</li>
        ))}
      </ul>
      {items.length > shown.length && (
        <button type="button" className="button" onClick={() => setAll(true)}>
          All {count(items.length)}
        </button>
      )}
      {total > items.length && shown.length === items.length && (
        <p className="quiet">
          The first {count(items.length)} of {count(total)}.
        </p>
      )}
    </>
  );
}

export function UsedByRow({ used, href }: { used: UsedBy; href: (id: string) => string }) {
  return (
    <>
      <NodeLink {...readable(used.nodeId)} id={used.nodeId} href={href(used.nodeId)} />
      <span className="used-count" title={`last used ${moment(used.last_used)}`}>
        {plural(used.count, 'use')} <span className="quiet">on {plural(used.days, 'day')}</span>
      </span>
    </>
  );
}

function Popularity({ popularity: p }: { popularity: NonNullable<Usage['popularity']> }) {
  if (p.rank === null) {
    return (
      <p>
        Not used in the last {plural(p.days, 'day')}, of {plural(p.of, 'dataset')}.
      </p>
    );
  }
  return (
    <p>
      <strong className="use-rank">No. {count(p.rank)}</strong> of {plural(p.of, 'dataset')} by use:
      used more than {p.percentile === 100 ? 'all' : `${p.percentile}%`} of the others (
      {plural(p.uses, 'use')} in the last {plural(p.days, 'day')}).
    </p>
  );
}

function Unused({ unused }: { unused: UnusedColumns }) {
  if (unused.columns_total === 0) return <p className="quiet">Its columns are not known.</p>;
  return (
    <>
      {unused.columns.length === 0 ? (
        <p className="quiet">All {plural(unused.columns_total, 'column')} were used.</p>
      ) : (
        <>
          <p className="quiet">
            {count(unused.unused)} of {plural(unused.columns_total, 'column')} named by no report of
            the last {plural(usageDays, 'day')}, and read by no column lineage.
          </p>
          <ul className="chips" aria-label="Unused columns">
            {unused.columns.map((name) => (
              <li key={name} className="mono">
                {name}
              </li>
            ))}
          </ul>
          {unused.unused > unused.columns.length && (
            <p className="quiet">
              The first {count(unused.columns.length)} of {count(unused.unused)}.
            </p>
          )}
        </>
      )}
      {!unused.all_reports_name_columns && (
        <p className="quiet">Some reports name no columns: they may have read any.</p>
      )}
    </>
  );
}

function Columns({ usage }: { usage: Usage }) {
  const columns = usage.columns ?? [];
  const unused = useUnusedColumns(usage.nodeId);
  return (
    <>
      <h4>Columns used</h4>
      {columns.length === 0 ? (
        <p className="quiet">No report says which.</p>
      ) : (
        <Some
          label="Columns used"
          items={columns}
          total={usage.columns_total ?? columns.length}
          keyOf={(c) => c.name}
          row={(c) => (
            <>
              <span className="mono">{c.name}</span>
              <span className="used-count">{plural(c.count, 'use')}</span>
            </>
          )}
        />
      )}
      <h4>Columns that nobody used</h4>
      {unused.problem && <ProblemNote problem={unused.problem} onRetry={unused.reload} />}
      {unused.data && !unused.loading && <Unused unused={unused.data} />}
    </>
  );
}

function queryText({ count: n, duration_ms: ms, bytes_scanned: size }: QueryUse): string {
  const parts = [
    plural(n, 'use'),
    ms > 0 ? `${duration(ms / n)} each` : '',
    size > 0 ? `${bytes(Math.round(size / n))} each` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

type QueryUse = NonNullable<Usage['queries']>[number];

function More({ usage }: { usage: Usage }) {
  const queries = usage.queries ?? [];
  const purposes = usage.purposes ?? [];
  return (
    <>
      {purposes.length > 0 && (
        <>
          <h4>What for</h4>
          <Some
            label="Purposes"
            items={purposes}
            total={usage.purposes_total ?? purposes.length}
            keyOf={(p) => p.name}
            row={(p) => (
              <>
                <span>{p.name}</span>
                <span className="used-count">{plural(p.count, 'use')}</span>
              </>
            )}
          />
        </>
      )}
      {queries.length > 0 && (
        <>
          <h4>Queries</h4>
          <Some
            label="Queries"
            items={queries}
            total={usage.queries_total ?? queries.length}
            keyOf={(q) => q.fingerprint}
            row={(q) => (
              <>
                <span className="mono">{q.fingerprint}</span>
                <span className="used-count">{queryText(q)}</span>
              </>
            )}
          />
        </>
      )}
    </>
  );
}

export function UseOfDataset({
  nodeId,
  nodeHref,
}: {
  nodeId: string;
  nodeHref: (id: string) => string;
}) {
  const answer = useUsage(nodeId);
  if (answer.problem) return <ProblemNote problem={answer.problem} onRetry={answer.reload} />;
  if (!answer.data || answer.loading) return <Loading what="use" />;
  const usage = answer.data;
  const consumers = usage.consumers ?? [];
  return (
    <div className="use">
      {usage.popularity && <Popularity popularity={usage.popularity} />}
      {usage.total === 0 ? (
        <ReportUse>No use was reported in the last {plural(usageDays, 'day')}.</ReportUse>
      ) : (
        <>
          <DayBars label="uses" days={everyDay(usage.daily, usage.from, usage.to)} />
          <h4>Consumers</h4>
          <Some
            label="Consumers"
            items={consumers}
            total={usage.consumers_total ?? consumers.length}
            keyOf={(c) => c.nodeId}
            row={(c) => <UsedByRow used={c} href={nodeHref} />}
          />
          <Columns usage={usage} />
          <More usage={usage} />
        </>
      )}
    </div>
  );
}

// What a consumer reads.
export function UseByConsumer({
  nodeId,
  nodeHref,
}: {
  nodeId: string;
  nodeHref: (id: string) => string;
}) {
  const answer = useUsage(nodeId);
  if (answer.problem) return <ProblemNote problem={answer.problem} onRetry={answer.reload} />;
  if (!answer.data || answer.loading) return <Loading what="what it reads" />;
  const usage = answer.data;
  const datasets = usage.datasets ?? [];
  if (usage.total === 0) {
    return (
      <p className="note note-plain">It read nothing in the last {plural(usageDays, 'day')}.</p>
    );
  }
  return (
    <div className="use">
      <p>
        {plural(usage.total, 'use')} of {plural(usage.datasets_total ?? datasets.length, 'dataset')}{' '}
        in the last {plural(usageDays, 'day')}.
      </p>
      <DayBars label="uses" days={everyDay(usage.daily, usage.from, usage.to)} />
      <Some
        label="Datasets it reads"
        items={datasets}
        total={usage.datasets_total ?? datasets.length}
        keyOf={(d) => d.nodeId}
        row={(d) => <UsedByRow used={d} href={nodeHref} />}
      />
    </div>
  );
}
