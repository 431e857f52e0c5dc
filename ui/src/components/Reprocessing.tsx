// What the pages about reprocessing have in common: their head and the ways between them.
import type { ReactNode } from 'react';
import { inboxHref, plansHref, stalenessHref } from '../lib/partitionUrl';
import { Link } from '../lib/router';

const ways = [
  { name: 'staleness', label: 'Staleness', href: stalenessHref() },
  { name: 'changes', label: 'Inbox', href: inboxHref() },
  { name: 'plans', label: 'Plans', href: plansHref() },
  { name: 'environments', label: 'Environments', href: '/environments' },
] as const;

export type Way = (typeof ways)[number]['name'];

export function Ways({ here }: { here: Way | null }) {
  return (
    <nav className="sub-nav" aria-label="Reprocessing">
      {ways.map(({ name, label, href }) => (
        <Link key={name} href={href} aria-current={name === here ? 'page' : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  );
}

interface Props {
  here: Way | null;
  title: ReactNode;
  lead?: ReactNode;
  children: ReactNode;
}

export function ReprocessingPage({ here, title, lead, children }: Props) {
  return (
    <main className="page page-wide" id="main">
      <Ways here={here} />
      <h1>{title}</h1>
      {lead && <p className="lead">{lead}</p>}
      {children}
    </main>
  );
}
