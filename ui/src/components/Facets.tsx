// Facets word for word, folded.
import type { Schemas } from '../api/client';

export function Facets({ facets, skip = [] }: { facets: Schemas['Facets']; skip?: string[] }) {
  const names = Object.keys(facets)
    .filter((name) => !skip.includes(name))
    .sort();
  if (names.length === 0) return <p className="quiet">None.</p>;
  return (
    <ul className="facets">
      {names.map((name) => (
        <li key={name}>
          <details>
            <summary className="mono">{name}</summary>
            <pre className="code">{JSON.stringify(facets[name], null, 2)}</pre>
          </details>
        </li>
      ))}
    </ul>
  );
}
