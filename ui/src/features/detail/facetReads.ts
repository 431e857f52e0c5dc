// What the panel reads out of facets, whose shape nobody guarantees.
import type { Schemas } from '../../api/client';

type Facets = Schemas['Facets'];

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value)
    ? value.filter((v): v is Record<string, unknown> => typeof v === 'object' && v !== null)
    : [];
}

export function sql(facets: Facets): string | null {
  return text(facets.sql?.query);
}

export function sourceCode(facets: Facets): { url: string | null; version: string | null } {
  const facet = facets.sourceCodeLocation;
  return { url: text(facet?.url), version: text(facet?.version) };
}

// Only addresses that a browser may follow become links.
export function webUrl(value: string | null): string | null {
  return value !== null && /^https?:\/\//i.test(value) ? value : null;
}

export interface ColumnSource {
  dataset: string;
  namespace: string;
  field: string;
  how: string; // "identity", "filter (indirect)"
}

export function columnSources(facets: Facets, field: string): ColumnSource[] {
  const fields = facets.columnLineage?.fields;
  if (typeof fields !== 'object' || fields === null) return [];
  const entry = (fields as Record<string, unknown>)[field];
  if (typeof entry !== 'object' || entry === null) return [];
  return list((entry as { inputFields?: unknown }).inputFields).flatMap((input) => {
    const dataset = text(input.name);
    const source = text(input.field);
    if (dataset === null || source === null) return [];
    const first = list(input.transformations)[0];
    const kind = text(first?.subtype) ?? text(first?.type) ?? '';
    const indirect = text(first?.type)?.toUpperCase() === 'INDIRECT' ? ' (indirect)' : '';
    return [
      {
        dataset,
        namespace: text(input.namespace) ?? '',
        field: source,
        how: `${kind.toLowerCase()}${indirect}`,
      },
    ];
  });
}
