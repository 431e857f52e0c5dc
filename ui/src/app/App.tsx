// Which page an address means.
import { useEffect } from 'react';
import { EventsPage } from '../features/events/EventsPage';
import { HomePage } from '../features/home/HomePage';
import { ImpactPage } from '../features/impact/ImpactPage';
import { QuarantinePage } from '../features/quarantine/QuarantinePage';
import { RunDetail } from '../features/runs/RunDetail';
import { SearchBox } from '../features/search/SearchBox';
import { SearchPage } from '../features/search/SearchPage';
import { readable } from '../lib/nodeId';
import { Link, segments, useHref } from '../lib/router';
import { Boundary } from './Boundary';
import { LineagePage } from './LineagePage';
import { Shell } from './Shell';

const runHref = (id: string) => `/runs/${encodeURIComponent(id)}`;

function NotFound() {
  return (
    <main className="page" id="main">
      <h1>No such page</h1>
      <p>
        <Link href="/">To the first page</Link>
      </p>
    </main>
  );
}

function Page({ parts, params }: { parts: string[]; params: URLSearchParams }) {
  const [first, second] = parts;
  if (first === undefined) return <HomePage search={<SearchBox large />} />;
  if (first === 'lineage' && second !== undefined) {
    return <LineagePage node={second} params={params} />;
  }
  if (first === 'runs' && second !== undefined) {
    return (
      <main className="page page-narrow" id="main">
        <h1>Run</h1>
        <RunDetail id={second} runHref={runHref} />
      </main>
    );
  }
  if (first === 'impact') return <ImpactPage params={params} />;
  if (first === 'search') return <SearchPage params={params} />;
  if (first === 'events') return <EventsPage />;
  if (first === 'quarantine') return <QuarantinePage />;
  return <NotFound />;
}

function titleOf([first, second]: string[]): string {
  if (first === 'lineage' && second) return `${readable(second).name} – Headwater`;
  if (first === 'runs' && second) return `Run ${second} – Headwater`;
  if (first === 'impact') return 'What if – Headwater';
  return first ? `${first.charAt(0).toUpperCase()}${first.slice(1)} – Headwater` : 'Headwater';
}

export function App() {
  const url = new URL(useHref(), window.location.origin);
  const parts = segments(url.pathname);
  const title = titleOf(parts);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <Shell path={url.pathname} search={parts.length > 0}>
      <Boundary place={url.href}>
        <Page parts={parts} params={url.searchParams} />
      </Boundary>
    </Shell>
  );
}
