import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { Document, Schema } from './document';
import { blocks, operations, pieces, resolve, rows, schemaName, typeText } from './document';

const doc = parse(readFileSync('../schema/openapi.yaml', 'utf8')) as Document;

describe('the document of this server', () => {
  const all = operations(doc);

  it('has operations with unique ids, a summary and a known tag', () => {
    expect(new Set(all.map((o) => o.id)).size).toBe(all.length);
    const tags = new Set(doc.tags?.map((t) => t.name));
    for (const o of all) {
      expect(o.summary, o.id).not.toBe('');
      expect(tags, o.id).toContain(o.tag);
    }
  });

  it('puts the prefix before the API and not before the rest', () => {
    const paths = all.map((o) => o.path);
    expect(paths).toContain('/api/v1/lineage');
    expect(paths).toContain('/livez');
  });

  it('has no reference that leads nowhere', () => {
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(visit);
      else if (typeof value === 'object' && value !== null) {
        const ref = (value as { $ref?: unknown }).$ref;
        if (typeof ref === 'string') expect(resolve(doc, { $ref: ref }).$ref, ref).toBeUndefined();
        Object.values(value).forEach(visit);
      }
    };
    visit(doc);
  });

  it('explains every parameter', () => {
    for (const o of all) {
      for (const p of o.parameters) expect(p.description, `${o.id} ${p.name}`).toBeTruthy();
    }
  });
});

it('names types for people', () => {
  expect(typeText({ type: ['string', 'null'] })).toBe('string or null');
  expect(typeText({ type: 'array', items: { $ref: '#/components/schemas/Run' } })).toBe(
    'list of Run',
  );
  expect(typeText({ anyOf: [{ $ref: '#/components/schemas/Cut' }, { type: 'null' }] })).toBe(
    'Cut or null',
  );
  expect(schemaName({ type: 'string' })).toBeNull();
});

it('unites the parts of an object', () => {
  const schema: Schema = {
    allOf: [{ properties: { a: {} }, required: ['a'] }, { properties: { b: {} } }],
  };
  expect(rows(doc, schema).map((r) => `${r.name} ${r.required}`)).toEqual(['a true', 'b false']);
});

it('reads the little markup that descriptions use', () => {
  expect(pieces('a `b` **c**').map((p) => p.kind)).toEqual(['text', 'code', 'text', 'strong']);
  expect(blocks('one\ntwo\n\n| a | b |\n|---|---|\n| c | d |')).toEqual([
    { kind: 'paragraph', text: 'one two' },
    {
      kind: 'table',
      cells: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
  ]);
});
