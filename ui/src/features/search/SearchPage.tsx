// All results of a search, with filters. Its address holds the query.
import { useEffect, useState } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { ago, plural } from '../../lib/format';
import { navigate } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import type { Filter, SearchQuery } from './useSearch';
import { searchHref, useSearch } from './useSearch';

const maxResults = 1000;

function queryOf(params: URLSearchParams): SearchQuery {
  const filter = params.get('filter')?.toUpperCase();
  const limit = Number(params.get('limit'));
  return {
    q: params.get('q') ?? '',
    filter: filter === 'JOB' || filter === 'DATASET' ? filter : 'ALL',
    namespace: params.get('namespace') ?? '',
    limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, maxResults) : 50,
  };
}

interface FormProps {
  query: SearchQuery;
  change: (more: Partial<SearchQuery>) => void;
}

function Form({ query, change }: FormProps) {
  const namespaces = useResource('namespaces', (signal) =>
    ask(api.GET('/namespaces', { params: { query: { limit: 1000 } }, signal })),
  );
  const [text, setText] = useState(query.q);
  useEffect(() => setText(query.q), [query.q]);
  return (
    <form
      className="search-form"
      onSubmit={(event) => {
        event.preventDefault();
        change({ q: text.trim() });
      }}
    >
      <label>
        Name
        <input value={text} onChange={(e) => setText(e.target.value)} spellCheck={false} />
      </label>
      <label>
        Type
        <select value={query.filter} onChange={(e) => change({ filter: e.target.value as Filter })}>
          <option value="ALL">datasets and jobs</option>
          <option value="DATASET">datasets</option>
          <option value="JOB">jobs</option>
        </select>
      </label>
      <label>
        Namespace
        <select value={query.namespace} onChange={(e) => change({ namespace: e.target.value })}>
          <option value="">all</option>
          {namespaces.data?.namespaces.map((n) => (
            <option key={n.name} value={n.name}>
              {n.name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="button button-strong">
        Search
      </button>
    </form>
  );
}

function Results({ found, query, change }: FormProps & { found: Schemas['SearchResultList'] }) {
  return (
    <>
      <p role="status">{plural(found.totalCount, 'result')}</p>
      <ul className="result-list" aria-label="Results">
        {found.results.map((r) => (
          <li key={r.nodeId}>
            <NodeLink type={r.type} namespace={r.namespace} name={r.name} id={r.nodeId} />
            <span className="quiet">{ago(r.updatedAt)}</span>
          </li>
        ))}
      </ul>
      {found.totalCount > found.results.length && (
        <button
          type="button"
          className="button"
          disabled={query.limit >= maxResults}
          onClick={() => change({ limit: Math.min(maxResults, query.limit * 2) })}
        >
          More ({found.results.length} of {found.totalCount})
        </button>
      )}
    </>
  );
}

export function SearchPage({ params }: { params: URLSearchParams }) {
  const query = queryOf(params);
  const found = useSearch(query);
  const change = (more: Partial<SearchQuery>) => navigate(searchHref({ ...query, ...more }));
  return (
    <main className="page" id="main">
      <h1>Search</h1>
      <Form query={query} change={change} />
      <p className="quiet">% stands for any characters, _ for one.</p>
      {found.problem && <ProblemNote problem={found.problem} onRetry={found.reload} />}
      {found.loading && <Loading what="results" />}
      {found.data && !found.loading && <Results found={found.data} query={query} change={change} />}
    </main>
  );
}
