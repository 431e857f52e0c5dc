// Which page an address means.
import { useEffect } from 'react';
import { CostsPage } from '../features/costs/CostsPage';
import { EnvironmentPage, EnvironmentsPage } from '../features/environments/EnvironmentsPage';
import { EventsPage } from '../features/events/EventsPage';
import { HomePage } from '../features/home/HomePage';
import { ImpactPage } from '../features/impact/ImpactPage';
import { InboxPage } from '../features/inbox/InboxPage';
import { PartitionsPage } from '../features/partitions/PartitionsPage';
import { NewPlanPage } from '../features/plans/NewPlanPage';
import { PlanPage } from '../features/plans/PlanPage';
import { PlansPage } from '../features/plans/PlansPage';
import { ComparePage } from '../features/quality/ComparePage';
import { QualityPage } from '../features/quality/QualityPage';
import { QuarantinePage } from '../features/quarantine/QuarantinePage';
import { RunDetail } from '../features/runs/RunDetail';
import { SearchBox } from '../features/search/SearchBox';
import { SearchPage } from '../features/search/SearchPage';
import { StalenessPage } from '../features/staleness/StalenessPage';
import { UsePage } from '../features/use/UsePage';
import { readable, shownAs } from '../lib/nodeId';
import { Link, segments, useHref } from '../lib/router';
import { Boundary } from './Boundary';
import { LineagePage } from './LineagePage';
import { Shell } from './Shell';

// The pages about reprocessing, by the first part of their address, with their titles.
const reprocessing = {
  partitions: 'Partitions',
  staleness: 'What is stale',
  changes: 'Inbox',
  plans: 'Plans',
  environments: 'Environments',
};

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

function Reprocessing({ parts, params }: { parts: string[]; params: URLSearchParams }) {
  const [first, second] = parts;
  if (first === 'partitions') return <PartitionsPage params={params} />;
  if (first === 'staleness') return <StalenessPage params={params} />;
  if (first === 'changes') return <InboxPage params={params} />;
  if (first === 'plans') {
    if (second === undefined) return <PlansPage params={params} />;
    return second === 'new' ? <NewPlanPage params={params} /> : <PlanPage id={second} />;
  }
  return second === undefined ? <EnvironmentsPage /> : <EnvironmentPage name={second} />;
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
  if (first === 'costs') return <CostsPage params={params} />;
  if (first === 'quality') return <QualityPage params={params} />;
  if (first === 'compare') return <ComparePage params={params} />;
  if (first === 'use') return <UsePage params={params} />;
  if (first === 'events') return <EventsPage />;
  if (first === 'quarantine') return <QuarantinePage />;
  if (first in reprocessing) return <Reprocessing parts={parts} params={params} />;
  return <NotFound />;
}

function titleOf([first, second]: string[], params: URLSearchParams): string {
  if (first === 'lineage' && second) {
    const { type, namespace, name } = readable(second);
    return `${shownAs(type, namespace, name).name} – Headwater`;
  }
  if (first === 'runs' && second) return `Run ${second} – Headwater`;
  if (first === 'impact') return 'What if – Headwater';
  if (first !== undefined && first in reprocessing) {
    const about = params.get('nodeId') ?? second;
    const what = reprocessing[first as keyof typeof reprocessing];
    return `${what}${about ? ` ${readable(about).name}` : ''} – Headwater`;
  }
  return first ? `${first.charAt(0).toUpperCase()}${first.slice(1)} – Headwater` : 'Headwater';
}

export function App() {
  const url = new URL(useHref(), window.location.origin);
  const parts = segments(url.pathname);
  const title = titleOf(parts, url.searchParams);
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
