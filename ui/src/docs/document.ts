// The parts of an OpenAPI 3.1 document that the page shows, and how they are read.
// Plain functions, no view library.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  format?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  example?: unknown;
  additionalProperties?: boolean | Schema;
}

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { summary?: string; value?: unknown }>;
}

interface Body {
  $ref?: string;
  description?: string;
  required?: boolean;
  content?: Record<string, Media>;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface RawOperation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: Body;
  responses?: Record<string, Body>;
}

export interface Document {
  info: { title: string; version: string; summary?: string; description?: string };
  servers?: { url: string }[];
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, unknown>>;
  components?: Record<string, Record<string, unknown>>;
}

export interface Operation {
  id: string;
  method: string;
  path: string; // with the server's prefix
  tag: string;
  summary: string;
  description: string;
  parameters: Parameter[];
  body: { schema: Schema | undefined; example: unknown } | null;
  responses: { status: string; description: string; schema: Schema | undefined }[];
}

const methods = ['get', 'put', 'post', 'delete', 'patch'];

// Follows "#/components/…" references; anything else is left as it is.
export function resolve<T extends { $ref?: string }>(doc: Document, value: T): T {
  let at: T = value;
  for (let hops = 0; at.$ref !== undefined && hops < 8; hops++) {
    const parts = at.$ref.replace(/^#\//, '').split('/');
    let found: unknown = doc;
    for (const part of parts) found = (found as Record<string, unknown> | undefined)?.[part];
    if (typeof found !== 'object' || found === null) return at;
    at = found as T;
  }
  return at;
}

function firstMedia(body: Body): Media | undefined {
  return Object.values(body.content ?? {})[0];
}

function exampleOf(media: Media | undefined): unknown {
  return media?.example ?? Object.values(media?.examples ?? {})[0]?.value;
}

export function operations(doc: Document): Operation[] {
  const result: Operation[] = [];
  for (const [path, item] of Object.entries(doc.paths)) {
    const servers = (item.servers ?? doc.servers ?? []) as { url: string }[];
    const prefix = (servers[0]?.url ?? '').replace(/\/$/, '');
    const shared = (item.parameters ?? []) as Parameter[];
    for (const method of methods) {
      const raw = item[method] as RawOperation | undefined;
      if (!raw) continue;
      const body = raw.requestBody && resolve(doc, raw.requestBody);
      const media = body && firstMedia(body);
      result.push({
        id: raw.operationId ?? `${method}-${path}`,
        method: method.toUpperCase(),
        path: `${prefix}${path}`,
        tag: raw.tags?.[0] ?? 'Other',
        summary: raw.summary ?? '',
        description: raw.description ?? '',
        parameters: [...shared, ...(raw.parameters ?? [])].map((p) => resolve(doc, p)),
        body: body ? { schema: media?.schema, example: exampleOf(media) } : null,
        responses: Object.entries(raw.responses ?? {}).map(([status, r]) => {
          const response = resolve(doc, r);
          return {
            status,
            description: response.description ?? '',
            schema: firstMedia(response)?.schema,
          };
        }),
      });
    }
  }
  return result;
}

export function schemaName(schema: Schema | undefined): string | null {
  return schema?.$ref?.startsWith('#/components/schemas/')
    ? schema.$ref.slice('#/components/schemas/'.length)
    : null;
}

// "integer", "string or null", "list of Dataset", "Receipt".
export function typeText(schema: Schema | undefined): string {
  if (!schema) return 'any';
  const name = schemaName(schema);
  if (name) return name;
  if (schema.allOf?.length === 1) return typeText(schema.allOf[0]);
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return [...new Set(choice.map(typeText))].join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items)}`;
  const types = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : [];
  const text = types.join(' or ');
  return schema.format && text !== '' ? `${text} (${schema.format})` : text || 'any';
}

export interface Row {
  name: string;
  required: boolean;
  schema: Schema;
}

// The properties of an object, those of its allOf parts included.
export function rows(doc: Document, schema: Schema): Row[] {
  const own = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }));
  return [...(schema.allOf ?? []).flatMap((part) => rows(doc, resolve(doc, part))), ...own];
}

// Text with `code`, **strong** and [links](…) as pieces; blocks are split at empty lines.
export type Piece = { kind: 'text' | 'code' | 'strong'; text: string };

export function pieces(text: string): Piece[] {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter((part) => part !== '')
    .map((part) => {
      if (part.startsWith('`')) return { kind: 'code', text: part.slice(1, -1) };
      if (part.startsWith('**')) return { kind: 'strong', text: part.slice(2, -2) };
      return { kind: 'text', text: part };
    });
}

export type Block = { kind: 'paragraph'; text: string } | { kind: 'table'; cells: string[][] };

export function blocks(text: string): Block[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .filter((block) => block !== '')
    .map((block) => {
      const lines = block.split('\n').map((line) => line.trim());
      if (!lines.every((line) => line.startsWith('|'))) {
        return { kind: 'paragraph', text: lines.join(' ') };
      }
      const cells = lines
        .filter((line) => !/^\|[\s|:-]+$/.test(line))
        .map((line) =>
          line
            .slice(1, -1)
            .split('|')
            .map((cell) => cell.trim()),
        );
      return { kind: 'table', cells };
    });
}
