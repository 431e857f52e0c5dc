// The selected column, above the details of its dataset: what it is, from what, for what.
import { readable } from '../../lib/nodeId';
import { Link } from '../../lib/router';
import type { ColumnLink } from './columnPaths';
import { columnPaths, howText, linksOf } from './columnPaths';
import { plural } from '../../lib/format';
import type { ColumnLayout } from './useLayout';

interface Props {
  layout: ColumnLayout;
  column: string;
  href: (column: string) => string;
  edgeHref: (from: string, to: string) => string;
  onlyHref: (column: string) => string; // its own lineage
}

interface Names {
  dataset: string;
  column: string | null;
}

function namesIn(layout: ColumnLayout, id: string): Names {
  for (const card of layout.nodes) {
    if (card.id === id) return { dataset: card.label, column: null };
    const column = card.columns.find((c) => c.id === id);
    if (column) return { dataset: card.label, column: column.name };
  }
  return { dataset: readable(id).name, column: null };
}

function Links({ title, links, ...p }: { title: string; links: ColumnLink[] } & Props) {
  return (
    <>
      <h4>{title}</h4>
      {links.length === 0 && <p className="quiet">Nothing in the picture.</p>}
      <ul className="column-links">
        {links.map(({ column, edge }) => {
          const names = namesIn(p.layout, column);
          return (
            <li key={edge.id}>
              <Link className="mono" href={p.href(column)}>
                {names.column === null ? `${names.dataset}.*` : `${names.dataset}.${names.column}`}
              </Link>
              <span className="quiet">
                {howText(edge)}
                {edge.masked && ' · masked'}
              </span>
              {!edge.assumed && (
                <Link
                  className="neighbour-evidence"
                  href={p.edgeHref(edge.source, edge.target)}
                  aria-label={`Evidence of the edge with ${names.dataset}.${names.column}`}
                >
                  evidence
                </Link>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

export function ColumnDetail(props: Props) {
  const { layout, column } = props;
  const row = layout.nodes.flatMap((n) => n.columns).find((c) => c.id === column);
  if (!row) {
    return <p className="note note-plain">The selected column is not in the picture.</p>;
  }
  const { from, into } = linksOf(layout, column);
  const reached = [...columnPaths(layout, column).columns.values()];
  const count = (way: string) => reached.filter((r) => r.way === way).length;
  return (
    <section className="column-detail" aria-label={`Column ${row.name}`}>
      <h3>Column</h3>
      <p className="column-title">
        <span className="mono">{row.name}</span>
        <span className="quiet mono">{row.type ?? ''}</span>
      </p>
      {row.tags.length > 0 && (
        <ul className="chips" aria-label={`Tags of ${row.name}`}>
          {row.tags.map((tag) => (
            <li key={tag}>{tag}</li>
          ))}
        </ul>
      )}
      <p className="quiet">
        {plural(count('up'), 'column')} upstream, {count('down')} downstream in the picture.{' '}
        <Link href={props.onlyHref(column)}>Only this column</Link>
      </p>
      <Links {...props} title="Made from" links={from} />
      <Links {...props} title="Goes into" links={into} />
    </section>
  );
}
