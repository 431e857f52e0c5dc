// Parts that datasets and jobs have in common.
import type { ReactNode } from 'react';
import { TypeMark } from '../../components/Marks';
import { nodeTypeOf, readable } from '../../lib/nodeId';
import { Link } from '../../lib/router';
import { moment } from '../../lib/format';

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="detail-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

export function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function When({ iso }: { iso: string | null }) {
  return iso ? <time dateTime={iso}>{moment(iso)}</time> : <>–</>;
}

export function Chips({ items, label }: { items: string[]; label: string }) {
  if (items.length === 0) return <span className="quiet">none</span>;
  return (
    <ul className="chips" aria-label={label}>
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}

interface NeighboursProps {
  id: string;
  neighbours: { upstream: string[]; downstream: string[] };
  nodeHref: (id: string) => string;
  edgeHref: (from: string, to: string) => string;
}

// The keyboard's way to what a click on an edge shows.
export function Neighbours({ id, neighbours, nodeHref, edgeHref }: NeighboursProps) {
  const row = (other: string, from: string, to: string) => (
    <li key={other}>
      <Link className="neighbour" href={nodeHref(other)}>
        <TypeMark type={nodeTypeOf(other)} />
        <span>{readable(other).name}</span>
      </Link>
      <Link
        className="neighbour-evidence"
        href={edgeHref(from, to)}
        aria-label={`Evidence of the edge with ${readable(other).name}`}
      >
        evidence
      </Link>
    </li>
  );
  const { upstream, downstream } = neighbours;
  return (
    <div className="neighbours">
      <h4>Upstream</h4>
      {upstream.length === 0 && <p className="quiet">Nothing in the picture.</p>}
      <ul>{upstream.map((other) => row(other, other, id))}</ul>
      <h4>Downstream</h4>
      {downstream.length === 0 && <p className="quiet">Nothing in the picture.</p>}
      <ul>{downstream.map((other) => row(other, id, other))}</ul>
    </div>
  );
}
