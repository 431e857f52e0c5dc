// Parts that datasets and jobs have in common.
import type { ReactNode } from 'react';
import { useState } from 'react';
import { TypeMark } from '../../components/Marks';
import { nodeTypeOf, readable, shownAs } from '../../lib/nodeId';
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

interface RowProps {
  other: string;
  from: string;
  to: string;
  nodeHref: (id: string) => string;
  edgeHref: (from: string, to: string) => string;
}

function NeighbourRow({ other, from, to, nodeHref, edgeHref }: RowProps) {
  const { type, namespace, name: full } = readable(other);
  const { name } = shownAs(type, namespace, full);
  return (
    <li>
      <Link className="neighbour" href={nodeHref(other)}>
        <TypeMark type={nodeTypeOf(other)} />
        <span>{name}</span>
      </Link>
      <Link
        className="neighbour-evidence"
        href={edgeHref(from, to)}
        aria-label={`Evidence of the edge with ${name}`}
      >
        evidence
      </Link>
    </li>
  );
}

const shownAtFirst = 20;

function Side({ title, rows }: { title: string; rows: RowProps[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, shownAtFirst);
  return (
    <>
      <h4>{title}</h4>
      {rows.length === 0 && <p className="quiet">Nothing in the picture.</p>}
      <ul>
        {shown.map((row) => (
          <NeighbourRow key={row.other} {...row} />
        ))}
      </ul>
      {rows.length > shown.length && (
        <button type="button" className="button" onClick={() => setAll(true)}>
          All {rows.length}
        </button>
      )}
    </>
  );
}

// The keyboard's way to what a click on an edge shows.
export function Neighbours({ id, neighbours, nodeHref, edgeHref }: NeighboursProps) {
  const common = { nodeHref, edgeHref };
  return (
    <div className="neighbours">
      <Side
        title="Upstream"
        rows={neighbours.upstream.map((other) => ({ ...common, other, from: other, to: id }))}
      />
      <Side
        title="Downstream"
        rows={neighbours.downstream.map((other) => ({ ...common, other, from: id, to: other }))}
      />
    </div>
  );
}
