// A change as a line to read.
import { readable, shorten } from '../../lib/nodeId';
import type { GraphChange } from './marks';
import type { ChangeKind } from './useChanges';

export type Colour = 'added' | 'removed' | 'changed';

export const kindTexts: Record<ChangeKind, string> = {
  node_added: 'appeared',
  node_removed: 'went',
  edge_added: 'edge came',
  edge_removed: 'edge went',
  schema_changed: 'schema',
  code_changed: 'code',
  owners_changed: 'owners',
  tags_changed: 'tags',
  description_changed: 'description',
};

export function colourOf(kind: ChangeKind): Colour {
  if (kind.endsWith('_added')) return 'added';
  return kind.endsWith('_removed') ? 'removed' : 'changed';
}

export const colourSigns: Record<Colour, string> = { added: '+', removed: '−', changed: '≠' };

type Item = NonNullable<GraphChange['detail']['added']>[number];

// A field with its type, an owner, or a tag with its field.
function itemText(item: Item): string {
  if (typeof item === 'string') return item;
  if ('tag' in item) return item.field === null ? item.tag : `${item.field}: ${item.tag}`;
  return item.type ? `${item.name} ${item.type}` : item.name;
}

export interface Line {
  colour: Colour;
  text: string;
}

// What a schema, owners, tags, code or a description gained and lost, one line each.
export function detailLines(change: GraphChange): Line[] {
  const { kind, detail, before, after } = change;
  if (kind === 'code_changed') {
    const short = (version: string | null | undefined) => shorten(version ?? '?', 18);
    const text = `${short(detail.from)} → ${short(detail.to)}`;
    return [{ colour: 'changed', text: detail.sql ? `${text}, another query` : text }];
  }
  if (kind === 'description_changed') {
    return [
      ...(after === null ? [] : [{ colour: 'added' as const, text: after }]),
      ...(before === null ? [] : [{ colour: 'removed' as const, text: before }]),
    ];
  }
  const lines = (colour: Colour, items: Item[] | undefined) =>
    (items ?? []).map((item) => ({ colour, text: itemText(item) }));
  return [
    ...lines('added', detail.added),
    ...lines('removed', detail.removed),
    ...(detail.retyped ?? []).map((c) => ({
      colour: 'changed' as const,
      text: `${c.name} ${c.from ?? '?'} → ${c.to ?? '?'}`,
    })),
  ];
}

const hows = {
  appeared: 'appeared',
  connected: 'was connected',
  deleted: 'was deleted',
  disconnected: 'was cut off',
} as const;

export function headline({ edge, nodeId, kind, detail }: GraphChange): string {
  const name = (id: string) => readable(id).name;
  if (nodeId !== null) {
    const subject = name(nodeId);
    if (kind !== 'node_added' && kind !== 'node_removed') {
      return `${subject}: ${kindTexts[kind]} changed`;
    }
    return `${subject} ${detail.how ? hows[detail.how] : kindTexts[kind]}`;
  }
  if (!edge) return kindTexts[kind];
  const verb = kind === 'edge_removed' ? 'no longer ' : '';
  return edge.kind === 'reads'
    ? `${name(edge.to)} ${verb}reads ${name(edge.from)}`
    : `${name(edge.from)} ${verb}${edge.kind.replaceAll('_', ' ')} ${name(edge.to)}`;
}
