// The head that the pages about quality have in common, and the ways between them.
import type { ReactNode } from 'react';
import { qualityHref } from '../../lib/qualityUrl';
import { Link } from '../../lib/router';

const ways = [
  { name: 'monitors', label: 'Monitors', href: qualityHref() },
  { name: 'anomalies', label: 'Anomalies', href: qualityHref({ tab: 'anomalies' }) },
  { name: 'compare', label: 'Compare', href: '/compare' },
] as const;

interface Props {
  here: (typeof ways)[number]['name'];
  title: string;
  lead: string;
  children: ReactNode;
}

export function QualityFrame({ here, title, lead, children }: Props) {
  return (
    <main className="page page-wide quality" id="main">
      <nav className="sub-nav" aria-label="Quality">
        {ways.map(({ name, label, href }) => (
          <Link key={name} href={href} aria-current={name === here ? 'page' : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      <h1>{title}</h1>
      <p className="lead">{lead}</p>
      {children}
    </main>
  );
}
