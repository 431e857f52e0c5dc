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

// For showing only: where the namespace ends is a guess here. A URL with a host keeps its host and
// port; else the namespace ends at the first colon.
export function readable(id: string): { type: NodeType; namespace: string; name: string } {
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
