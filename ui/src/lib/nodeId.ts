// Node ids as text. Ids that come from the server are used as they are; these helpers make one from
// a namespace and a name, and make one readable.

export type NodeType = 'DATASET' | 'JOB';

// A part that holds something like an escape is escaped itself, so that it is read back unchanged.
// Colons stay plain, as in the ids that the server sends: it knows which names exist.
function part(text: string): string {
  return /%(3A|25)/i.test(text) ? text.replaceAll('%', '%25').replaceAll(':', '%3A') : text;
}

export function nodeId(type: NodeType, namespace: string, name: string): string {
  return `${type === 'JOB' ? 'job' : 'dataset'}:${part(namespace)}:${part(name)}`;
}

export function nodeTypeOf(id: string): NodeType {
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
