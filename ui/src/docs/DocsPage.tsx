// /openapi.json as a page: what can be asked, with what, and what comes back.
import { useState } from 'react';
import { useResource } from '../lib/useResource';
import type { Document, Operation, Schema } from './document';
import { blocks, operations, pieces, resolve, rows, schemaName, typeText } from './document';

function Text({ text }: { text: string }) {
  return pieces(text).map((p, i) => {
    if (p.kind === 'code') return <code key={i}>{p.text}</code>;
    return p.kind === 'strong' ? <strong key={i}>{p.text}</strong> : p.text;
  });
}

function Prose({ text }: { text: string }) {
  return blocks(text).map((block, i) => {
    if (block.kind === 'paragraph') {
      return (
        <p key={i}>
          <Text text={block.text} />
        </p>
      );
    }
    const [head = [], ...body] = block.cells;
    return (
      <table key={i} className="doc-table">
        <thead>
          <tr>
            {head.map((cell) => (
              <th scope="col" key={cell}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row) => (
            <tr key={row.join()}>
              {row.map((cell, j) => (
                <td key={j}>
                  <Text text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    );
  });
}

function Type({ schema }: { schema: Schema | undefined }) {
  const names = [
    schemaName(schema),
    schemaName(schema?.items),
    ...(schema?.anyOf ?? []).map(schemaName),
  ];
  const name = names.find((n) => n !== null && n !== undefined);
  return name ? <a href={`#schema-${name}`}>{typeText(schema)}</a> : <>{typeText(schema)}</>;
}

function constraints(schema: Schema): string {
  return [
    schema.enum ? `one of ${schema.enum.map((v) => String(v)).join(', ')}` : '',
    schema.default !== undefined ? `default ${String(schema.default)}` : '',
    schema.minimum !== undefined ? `from ${schema.minimum}` : '',
    schema.maximum !== undefined ? `to ${schema.maximum}` : '',
  ]
    .filter((text) => text !== '')
    .join('; ');
}

interface Line {
  name: string;
  where?: string;
  required: boolean;
  schema: Schema;
  description: string;
}

function Lines({ doc, lines, label }: { doc: Document; lines: Line[]; label: string }) {
  return (
    <table className="doc-table" aria-label={label}>
      <tbody>
        {lines.map((line) => {
          const more = constraints(resolve(doc, line.schema));
          return (
            <tr key={`${line.where ?? ''}${line.name}`}>
              <th scope="row">
                <code>{line.name}</code>
                {line.required && <span className="doc-required">required</span>}
                {line.where && <span className="quiet"> {line.where}</span>}
              </th>
              <td>
                <span className="doc-type">
                  <Type schema={line.schema} />
                </span>
                <Prose text={line.description} />
                {more !== '' && <p className="quiet">{more}</p>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function OperationView({ doc, o }: { doc: Document; o: Operation }) {
  return (
    <article className="doc-operation" id={o.id} aria-labelledby={`${o.id}-title`}>
      <h3 id={`${o.id}-title`}>
        <span className={`method method-${o.method.toLowerCase()}`}>{o.method}</span>
        <code>{o.path}</code>
      </h3>
      <p className="doc-summary">{o.summary}</p>
      <Prose text={o.description} />
      {o.parameters.length > 0 && (
        <>
          <h4>Parameters</h4>
          <Lines
            doc={doc}
            label={`Parameters of ${o.id}`}
            lines={o.parameters.map((p) => ({
              name: p.name,
              where: p.in,
              required: p.required ?? false,
              schema: p.schema ?? {},
              description: p.description ?? '',
            }))}
          />
        </>
      )}
      {o.body && (
        <>
          <h4>
            Body: <Type schema={o.body.schema} />
          </h4>
          {o.body.example !== undefined && (
            <details>
              <summary>Example</summary>
              <pre className="code">{JSON.stringify(o.body.example, null, 2)}</pre>
            </details>
          )}
        </>
      )}
      <h4>Answers</h4>
      <table className="doc-table" aria-label={`Answers of ${o.id}`}>
        <tbody>
          {o.responses.map((r) => (
            <tr key={r.status}>
              <th scope="row">
                <code>{r.status === 'default' ? 'other' : r.status}</code>
              </th>
              <td>
                {r.schema && (
                  <span className="doc-type">
                    <Type schema={r.schema} />
                  </span>
                )}
                <Prose text={r.description} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </article>
  );
}

function SchemaView({ doc, name, schema }: { doc: Document; name: string; schema: Schema }) {
  const properties = rows(doc, schema);
  return (
    <article className="doc-schema" id={`schema-${name}`}>
      <h3>
        <code>{name}</code>
      </h3>
      {schema.description && <Prose text={schema.description} />}
      {properties.length === 0 && (
        <p>
          <span className="doc-type">{typeText(schema)}</span> {constraints(schema)}
        </p>
      )}
      {properties.length > 0 && (
        <Lines
          doc={doc}
          label={`Fields of ${name}`}
          lines={properties.map((row) => ({
            ...row,
            description: row.schema.description ?? resolve(doc, row.schema).description ?? '',
          }))}
        />
      )}
    </article>
  );
}

async function load(signal: AbortSignal): Promise<Document> {
  const answer = await fetch('/openapi.json', { signal });
  if (!answer.ok) throw new Error(`/openapi.json answered ${answer.status}`);
  return (await answer.json()) as Document;
}

function matches(o: Operation, text: string): boolean {
  const words = `${o.method} ${o.path} ${o.summary} ${o.id}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word));
}

interface ContentsProps {
  doc: Document;
  tags: { name: string }[];
  shown: Operation[];
  filter: string;
  onFilter: (text: string) => void;
}

function Contents({ doc, tags, shown, filter, onFilter }: ContentsProps) {
  return (
    <nav aria-label="Operations">
      <a className="brand" href="/">
        <img src="/mark.svg" alt="" width={26} height={26} /> {doc.info.title}
      </a>
      <input
        type="search"
        aria-label="Filter operations"
        placeholder="Filter"
        value={filter}
        onChange={(event) => onFilter(event.target.value)}
      />
      {tags.map((tag) => (
        <section key={tag.name}>
          <h2>{tag.name}</h2>
          <ul>
            {shown
              .filter((o) => o.tag === tag.name)
              .map((o) => (
                <li key={o.id}>
                  <a href={`#${o.id}`}>
                    <span className={`method method-${o.method.toLowerCase()}`}>{o.method}</span>
                    <span>{o.summary}</span>
                  </a>
                </li>
              ))}
          </ul>
        </section>
      ))}
      <a href="#schemas">Schemas</a>
    </nav>
  );
}

export function DocsPage() {
  const { data: doc, problem } = useResource('openapi', load);
  const [filter, setFilter] = useState('');
  if (problem)
    return (
      <p className="note note-error" role="alert">
        {problem.message}
      </p>
    );
  if (!doc)
    return (
      <p className="loading" role="status">
        Loading …
      </p>
    );
  const all = operations(doc);
  const shown = all.filter((o) => matches(o, filter));
  const tags = (doc.tags ?? []).filter((t) => shown.some((o) => o.tag === t.name));
  const schemas = Object.entries(doc.components?.schemas ?? {}) as [string, Schema][];
  return (
    <div className="docs">
      <Contents doc={doc} tags={tags} shown={shown} filter={filter} onFilter={setFilter} />
      <main>
        <h1>
          {doc.info.title} API <span className="quiet">{doc.info.version}</span>
        </h1>
        <p className="doc-lead">{doc.info.summary}</p>
        <p>
          The document itself: <a href="/openapi.json">/openapi.json</a>.
        </p>
        <Prose text={doc.info.description ?? ''} />
        {tags.map((tag) => (
          <section key={tag.name} aria-label={tag.name}>
            <h2>{tag.name}</h2>
            {tag.description && <p className="quiet">{tag.description}</p>}
            {shown
              .filter((o) => o.tag === tag.name)
              .map((o) => (
                <OperationView key={o.id} doc={doc} o={o} />
              ))}
          </section>
        ))}
        <section aria-label="Schemas" id="schemas">
          <h2>Schemas</h2>
          {schemas.map(([name, schema]) => (
            <SchemaView key={name} doc={doc} name={name} schema={schema} />
          ))}
        </section>
      </main>
    </div>
  );
}
