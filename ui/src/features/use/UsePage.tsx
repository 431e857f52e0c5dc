// Which datasets are used most, which by nobody, and which views are worth making tables of.
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { ReportUse } from '../../components/ReportUse';
import { Select } from '../../components/Select';
import { bytes, count, duration, plural } from '../../lib/format';
import { quantity } from '../../lib/measures';
import { readable } from '../../lib/nodeId';
import { Link, navigate } from '../../lib/router';
import type { Pages } from '../../lib/usePages';
import { usePages } from '../../lib/usePages';
import { useResource } from '../../lib/useResource';
import type { UseState, UseTab } from '../../lib/usageUrl';
import { parseUse, usageHref, usageTabs } from '../../lib/usageUrl';

const tabTexts: Record<UseTab, string> = {
  popular: 'Most used',
  unused: 'Unused',
  suggestions: 'Worth a table',
};

const leads: Record<UseTab, string> = {
  popular: 'By the reads that dashboards, notebooks, services and people were reported with.',
  unused:
    'Datasets that no consumer read and no run of a job that reads them. What cost most to write comes first.',
  suggestions:
    'Views that are read more often than once a day, and what a table made of each once a day would save.',
};

const money = (micros: number, currency: string) =>
  quantity(micros, 'amount', { name: currency, scale: 1_000_000, currency });

function Head({ children }: { children: ReactNode }) {
  return (
    <thead>
      <tr>{children}</tr>
    </thead>
  );
}

function Dataset({ nodeId }: { nodeId: string }) {
  return (
    <th scope="row">
      <NodeLink {...readable(nodeId)} id={nodeId} />
    </th>
  );
}

interface ListProps<T> {
  answer: Pages<T>;
  what: string;
  empty: ReactNode;
  total: (page: T) => number;
  body: (pages: T[]) => ReactNode;
}

function List<T>({ answer, what, empty, total, body }: ListProps<T>) {
  const first = answer.pages[0];
  return (
    <>
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!first && answer.loading && <Loading what={what} />}
      {first &&
        (total(first) === 0 ? empty : <div className="table-card">{body(answer.pages)}</div>)}
      {answer.more && (
        <button type="button" className="button" disabled={answer.loading} onClick={answer.more}>
          Load more
        </button>
      )}
    </>
  );
}

function Popular() {
  const answer = usePages('popular', (cursor, signal) =>
    ask(
      api.GET('/usage/popularity', {
        params: { query: { limit: 100, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
  const first = answer.pages[0];
  return (
    <>
      {first && first.totalCount > 0 && (
        <p role="status">
          {count(first.totalCount)} of {plural(first.of, 'dataset')} were used in the last{' '}
          {plural(first.days, 'day')}.
        </p>
      )}
      <List
        answer={answer}
        what="the most used datasets"
        total={(page) => page.totalCount}
        empty={<ReportUse>Nobody has been reported to use anything in the last 30 days.</ReportUse>}
        body={(pages) => <PopularTable datasets={pages.flatMap((p) => p.datasets)} />}
      />
    </>
  );
}

function PopularTable({ datasets }: { datasets: Schemas['PopularityAnswer']['datasets'] }) {
  const most = datasets[0]?.uses ?? 1;
  return (
    <table className="plain-table use-table">
      <Head>
        <th scope="col" className="number">
          Rank
        </th>
        <th scope="col">Dataset</th>
        <th scope="col" className="number">
          Uses
        </th>
        <th scope="col" className="wide-only">
          <span className="visually-hidden">Uses as a bar</span>
        </th>
        <th scope="col" className="number" title="Used more than so many percent of the others">
          Percentile
        </th>
      </Head>
      <tbody>
        {datasets.map((d) => (
          <tr key={d.nodeId}>
            <td className="number">{count(d.rank)}</td>
            <Dataset nodeId={d.nodeId} />
            <td className="number">{count(d.uses)}</td>
            <td className="wide-only" aria-hidden>
              <span className="use-bar" style={{ width: `${(100 * d.uses) / most}%` }} />
            </td>
            <td className="number">{d.percentile}%</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const dayOptions = ['7', '30', '90', '365'].map((n) => [n, `${n} days`] as const);

function Days({ state }: { state: UseState }) {
  const known = dayOptions.some(([n]) => n === String(state.days));
  return (
    <Select
      label="Within the last"
      value={String(state.days)}
      options={
        known ? dayOptions : [...dayOptions, [String(state.days), `${state.days} days`] as const]
      }
      onChange={(days) => navigate(usageHref({ ...state, days: Number(days) }))}
    />
  );
}

function Unused({ state }: { state: UseState }) {
  const { days } = state;
  const answer = usePages(`unused ${days}`, (cursor, signal) =>
    ask(
      api.GET('/usage/unused', {
        params: { query: { days, limit: 100, cursor: cursor ?? undefined } },
        signal,
      }),
    ),
  );
  const first = answer.pages[0];
  return (
    <>
      <div className="filter-row">
        <Days state={state} />
        {first && <span role="status">{plural(first.totalCount, 'unused dataset')}</span>}
      </div>
      <List
        answer={answer}
        what="unused datasets"
        total={(page) => page.totalCount}
        empty={
          <p className="note note-good">
            Every dataset was used in the last {plural(days, 'day')}.
          </p>
        }
        body={(pages) => <UnusedTable pages={pages} />}
      />
      {first && first.totalCount > 0 && <ReportUse>Is one of them used after all?</ReportUse>}
    </>
  );
}

function UnusedTable({ pages }: { pages: Schemas['UnusedAnswer'][] }) {
  const currency = pages[0]?.currency ?? '';
  return (
    <table className="plain-table use-table">
      <Head>
        <th scope="col">Dataset</th>
        <th scope="col" className="number">
          Cost to write
        </th>
        <th scope="col" className="number">
          Written
        </th>
        <th scope="col" className="number wide-only">
          Last used
        </th>
      </Head>
      <tbody>
        {pages
          .flatMap((page) => page.datasets)
          .map((d) => (
            <tr key={d.nodeId}>
              <Dataset nodeId={d.nodeId} />
              <td className="number">
                {d.amount_micros === 0 ? (
                  <span className="quiet">–</span>
                ) : (
                  money(d.amount_micros, currency)
                )}
              </td>
              <td className="number">
                {d.bytes_written === 0 ? <span className="quiet">–</span> : bytes(d.bytes_written)}
              </td>
              <td className="number wide-only">
                {d.last_used ?? <span className="quiet">never</span>}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function Suggestions({ state }: { state: UseState }) {
  const { days } = state;
  const limit = 1000;
  const answer = useResource(`suggestions ${days}`, (signal) =>
    ask(api.GET('/usage/suggestions', { params: { query: { days, limit } }, signal })),
  );
  const data = answer.loading ? undefined : answer.data;
  return (
    <>
      <div className="filter-row">
        <Days state={state} />
      </div>
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {answer.loading && <Loading what="suggestions" />}
      {data && !data.complete && (
        <p className="note note-warn">Only the 2,000 most used datasets were looked at.</p>
      )}
      {data && data.views.length === 0 && (
        <ReportUse>
          No view was read more often than once a day. A dataset is a view if its{' '}
          <code>datasetType</code> facet says so.
        </ReportUse>
      )}
      {data && data.views.length > 0 && <SuggestionTable answer={data} />}
      {data && data.totalCount > data.views.length && (
        <p className="quiet">
          The {count(data.views.length)} largest of {count(data.totalCount)}.
        </p>
      )}
    </>
  );
}

type View = Schemas['SuggestionsAnswer']['views'][number];

function Saves({ view, currency }: { view: View; currency: string }) {
  const { duration_ms: ms, bytes_scanned: size, amount_micros: amount } = view.saves;
  const parts = [
    amount > 0 ? money(amount, currency) : '',
    ms > 0 ? duration(ms) : '',
    size > 0 ? bytes(size) : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? <span className="quiet">not known</span> : <>{parts.join(' · ')}</>;
}

function SuggestionTable({ answer }: { answer: Schemas['SuggestionsAnswer'] }) {
  return (
    <div className="table-card">
      <table className="plain-table use-table">
        <Head>
          <th scope="col">View</th>
          <th scope="col" className="number">
            Reads
          </th>
          <th scope="col" className="number" title="Days on which it was read">
            Refreshes
          </th>
          <th scope="col" className="number">
            A table saves
          </th>
        </Head>
        <tbody>
          {answer.views.map((view) => (
            <tr key={view.nodeId}>
              <Dataset nodeId={view.nodeId} />
              <td className="number">
                {count(view.reads)}
                {view.measured_reads < view.reads && (
                  <span className="quiet"> {count(view.measured_reads)} measured</span>
                )}
              </td>
              <td className="number">{count(view.refreshes)}</td>
              <td className="number">
                <Saves view={view} currency={answer.currency} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function UsePage({ params }: { params: URLSearchParams }) {
  const state = parseUse(params);
  return (
    <main className="page page-wide" id="main">
      <nav className="sub-nav" aria-label="Use">
        {usageTabs.map((tab) => (
          <Link
            key={tab}
            href={usageHref({ ...state, tab })}
            aria-current={tab === state.tab ? 'page' : undefined}
          >
            {tabTexts[tab]}
          </Link>
        ))}
      </nav>
      <h1>Use: {tabTexts[state.tab].toLowerCase()}</h1>
      <p className="lead">{leads[state.tab]}</p>
      {state.tab === 'popular' && <Popular />}
      {state.tab === 'unused' && <Unused state={state} />}
      {state.tab === 'suggestions' && <Suggestions state={state} />}
    </main>
  );
}
