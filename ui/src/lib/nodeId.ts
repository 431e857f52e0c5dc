// Node ids as text. Ids that come from the server are used as they are; these helpers make one from
// a namespace and a name, and make one readable.

export type NodeType = 'DATASET' | 'JOB' | 'CONSUMER';

export const consumerKinds = [
  'user',
  'dashboard',
  'notebook',
  'service',
  'model',
  'other',
] as const;

// A part that holds something like an escape is escaped itself, so that it is read back unchanged.
// Colons stay plain, as in the ids that the server sends: it knows which names exist.
function part(text: string): string {
  return /%(3A|25)/i.test(text) ? text.replaceAll('%', '%25').replaceAll(':', '%3A') : text;
}

// The name of a consumer begins with what it is: "dashboard:Revenue".
export function consumerName(full: string): { kind: string | null; name: string } {
  const colon = full.indexOf(':');
  const kind = consumerKinds.find((k) => k === full.slice(0, colon));
  return kind ? { kind, name: full.slice(colon + 1) } : { kind: null, name: full };
}

// How a node is shown: its name, and below it where it belongs.
export function shownAs(type: string, namespace: string, full: string) {
  if (type !== 'CONSUMER') return { name: full, under: namespace };
  const { kind, name } = consumerName(full);
  return { name, under: `${kind ?? 'consumer'} in ${namespace}` };
}

export function nodeId(type: NodeType, namespace: string, name: string): string {
  if (type === 'CONSUMER') {
    const { kind, name: rest } = consumerName(name);
    return `consumer:${part(namespace)}:${kind === null ? '' : `${kind}:`}${part(rest)}`;
  }
  return `${type === 'JOB' ? 'job' : 'dataset'}:${part(namespace)}:${part(name)}`;
}

export function nodeTypeOf(id: string): NodeType {
  if (id.startsWith('consumer:')) return 'CONSUMER';
  return id.startsWith('job:') || id.startsWith('run:') ? 'JOB' : 'DATASET';
}

// The dataset of a field, and its path there: a field's path has no colon but by accident.
export function datasetOf(id: string): string {
  return id.startsWith('datasetField:')
    ? `dataset:${id.slice('datasetField:'.length, id.lastIndexOf(':'))}`
    : id;
}

export function fieldOf(id: string): string | null {
  return id.startsWith('datasetField:') ? id.slice(id.lastIndexOf(':') + 1) : null;
}

// For showing only: where the namespace ends is a guess here. A URL with a host keeps its host and
// port; else the namespace ends at the first colon.
export function readable(id: string): { type: NodeType; namespace: string; name: string } {
  const field = fieldOf(id);
  if (field !== null) {
    const dataset = readable(datasetOf(id));
    return { ...dataset, name: `${dataset.name}.${field}` };
  }
  const rest = id.slice(id.indexOf(':') + 1);
  const consumer = /^(.*?):((?:user|dashboard|notebook|service|model|other):.+)$/s.exec(rest);
  if (id.startsWith('consumer:') && consumer) {
    const [, namespace = '', name = ''] = consumer;
    return { type: 'CONSUMER', namespace, name };
  }
  const match = /^([A-Za-z][\w+.-]*:\/\/[^/:]*(?::\d+)?(?:\/[^:]*)?|[^:]*):(.+)$/s.exec(rest);
  return {
    type: nodeTypeOf(id),
    namespace: match?.[1] ?? '',
    name: match?.[2] ?? rest,
  };
}

// "mart.orders_daily" is read from its end: the last part first, then what it is in.
export function lastPart(name: string): string {
  const trimmed = name.replace(/[/.]+$/, '');
  const cut = Math.max(trimmed.lastIndexOf('.'), trimmed.lastIndexOf('/'));
  const last = name.slice(cut + 1);
  return last === '' ? name : last;
}

// Keeps both ends, as the end of a name tells more than its middle.
export function shorten(text: string, max: number): string {
  const chars = Array.from(text);
  if (chars.length <= max) return text;
  if (max <= 1) return '…';
  const tail = Math.ceil((max - 1) * 0.6);
  return `${chars.slice(0, max - 1 - tail).join('')}…${chars.slice(-tail).join('')}`;
}

// Where there is room for one end only: what names in a row differ by stands at their ends.
export function keepEnd(text: string, max: number): string {
  const chars = Array.from(text);
  if (chars.length <= max) return text;
  return max <= 1 ? '…' : `…${chars.slice(1 - max).join('')}`;
}

export interface Hop {
  from: string;
  to: string;
  via?: string | null;
}

// A path among columns as it goes among datasets and jobs.
export function atTables(path: readonly Hop[]): { from: string; to: string }[] {
  return path.flatMap(({ from, to, via }) => {
    const [start, end] = [datasetOf(from), datasetOf(to)];
    const columns = fieldOf(from) !== null && fieldOf(to) !== null;
    if (!columns || !via || !via.startsWith('job:')) return [{ from: start, to: end }];
    return [
      { from: start, to: via },
      { from: via, to: end },
    ];
  });
}
