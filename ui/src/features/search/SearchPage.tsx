// All results of a search, with filters. Its address holds the query.
import { useEffect, useState } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Incomplete } from '../../components/Incomplete';
import { Loading, TypeMark } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { ago, plural } from '../../lib/format';
import { Link, navigate } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import { Found } from './Found';
import { nameAndMore } from './highlights';
import type { Filter, Result, SearchQuery } from './useSearch';
import { resultHref, placeOf, searchHref, useSearch, usualLimit } from './useSearch';

const maxResults = 1000;

function queryOf(params: URLSearchParams): SearchQuery {
  const filter = params.get('filter')?.toUpperCase();
  const limit = Number(params.get('limit'));
  return {
    q: params.get('q') ?? '',
    filter: filter === 'JOB' || filter === 'DATASET' || filter === 'FIELD' ? filter : 'ALL',
    namespace: params.get('namespace') ?? '',
    owner: params.get('owner') ?? '',
    tag: params.get('tag') ?? '',
    limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, maxResults) : usualLimit,
  };
}

interface FormProps {
  query: SearchQuery;
  change: (more: Partial<SearchQuery>) => void;
}

interface TextFilterProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function TextFilter({ label, value, onChange }: TextFilterProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const take = () => text.trim() !== value && onChange(text.trim());
  return (
    <label className="search-small">
      {label}
      <input
        value={text}
        placeholder="any"
        spellCheck={false}
        onChange={(e) => setText(e.target.value)}
        onBlur={take}
        onKeyDown={(e) => {
          if (e.key !== 'Enter') return;
          e.preventDefault();
          take();
        }}
      />
    </label>
  );
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
          <option value="FIELD">columns</option>
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
      <TextFilter label="Owner" value={query.owner} onChange={(owner) => change({ owner })} />
      <TextFilter label="Tag" value={query.tag} onChange={(tag) => change({ tag })} />
      <button type="submit" className="button button-strong">
        Search
      </button>
    </form>
  );
}

const matchTexts = {
  exact: 'the name itself',
  prefix: 'name begins so',
  word: 'a word begins so',
  substring: 'within',
  fuzzy: 'similar',
} as const;

function Entry({ r, change }: { r: Result; change: FormProps['change'] }) {
  const { name, more } = nameAndMore(r);
  return (
    <li>
      <div className="result-main">
        <Link className="node-link" href={resultHref(r)}>
          <TypeMark type={r.type} />
          <span className="node-link-text">
            <span className="node-link-name">
              <Found pieces={name} />
            </span>
            <span className="node-link-namespace">{placeOf(r)}</span>
          </span>
        </Link>
        {more.length > 0 && (
          <ul className="result-more">
            {more.slice(0, 3).map((m, i) => (
              <li key={i}>
                <span className="quiet">{m.in}</span> <Found pieces={m.pieces} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="result-side">
        {r.owners.slice(0, 2).map((owner) => (
          <button
            key={`o ${owner}`}
            type="button"
            className="chip-button"
            title="Only what it owns"
            onClick={() => change({ owner })}
          >
            {owner}
          </button>
        ))}
        {r.tags.slice(0, 3).map((tag) => (
          <button
            key={`t ${tag}`}
            type="button"
            className="chip-button is-tag"
            title="Only with this tag"
            onClick={() => change({ tag })}
          >
            #{tag}
          </button>
        ))}
        {r.use.readers + r.use.consumers > 0 && (
          <span className="quiet" title="Readers and consumers">
            {plural(r.use.readers + r.use.consumers, 'reader')}
          </span>
        )}
        <span className="quiet">{matchTexts[r.match]}</span>
        <span className="quiet">{ago(r.updatedAt)}</span>
      </div>
    </li>
  );
}

function Results({ found, query, change }: FormProps & { found: Schemas['SearchResultList'] }) {
  return (
    <>
      <Incomplete answer={found} />
      <p role="status">{plural(found.totalCount, 'result')}</p>
      <ul className="result-list" aria-label="Results">
        {found.results.map((r) => (
          <Entry key={r.nodeId} r={r} change={change} />
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
      <p className="quiet">
        Names, columns, descriptions, owners and tags; a slip of the finger does no harm. % stands
        for any characters, _ for one.
      </p>
      {found.problem && <ProblemNote problem={found.problem} onRetry={found.reload} />}
      {found.loading && <Loading what="results" />}
      {found.data && !found.loading && <Results found={found.data} query={query} change={change} />}
    </main>
  );
}
