// The page that compares two sides as an address. The names are those of GET /compare.
import { queryText } from './lineageUrl';

export const compareParts = ['schema', 'profile', 'partitions'] as const;
export type ComparePart = (typeof compareParts)[number];

export interface Side {
  nodeId: string; // empty: not chosen, on the right the same dataset as on the left
  asOf: string | null; // null: now
  environment: string | null; // null: production; only without a moment
}

export interface CompareState {
  left: Side;
  right: Side;
  tolerance: number; // as a share of the larger value
  parts: ComparePart[]; // in their own order, at least one
}

const nothing: Side = { nodeId: '', asOf: null, environment: null };

export function compareState(more: {
  left?: Partial<Side>;
  right?: Partial<Side>;
  tolerance?: number;
  parts?: ComparePart[];
}): CompareState {
  return {
    left: { ...nothing, ...more.left },
    right: { ...nothing, ...more.right },
    tolerance: more.tolerance ?? 0,
    parts: more.parts ?? [...compareParts],
  };
}

function readSide(query: URLSearchParams, side: 'left' | 'right'): Side {
  return {
    nodeId: query.get(side) ?? '',
    asOf: query.get(`${side}_as_of`),
    environment: query.get(`${side}_environment`),
  };
}

function readTolerance(text: string | null): number {
  const n = Number(text ?? '');
  return Number.isFinite(n) && n >= 0 && n <= 1 ? n : 0;
}

export function parseCompare(query: URLSearchParams): CompareState {
  const named = (query.get('parts') ?? '').split(',');
  const parts = compareParts.filter((part) => named.includes(part));
  return compareState({
    left: readSide(query, 'left'),
    right: readSide(query, 'right'),
    tolerance: readTolerance(query.get('tolerance')),
    parts: parts.length === 0 ? [...compareParts] : parts,
  });
}

export function compareHref(s: CompareState): string {
  const side = (name: 'left' | 'right') =>
    [
      [name, s[name].nodeId === '' ? null : s[name].nodeId],
      [`${name}_as_of`, s[name].asOf],
      [`${name}_environment`, s[name].environment],
    ] as const;
  const all = s.parts.length === compareParts.length;
  const text = queryText([
    ...side('left'),
    ...side('right'),
    ['tolerance', s.tolerance === 0 ? null : String(s.tolerance)],
    ['parts', all ? null : s.parts.join(',')],
  ]);
  return text === '' ? '/compare' : `/compare?${text}`;
}

// What is still missing before there is something to compare.
export function missing({ left, right }: CompareState): 'left' | 'right' | null {
  if (left.nodeId === '') return 'left';
  const other = right.nodeId !== '' && right.nodeId !== left.nodeId;
  const differ = left.asOf !== right.asOf || left.environment !== right.environment;
  return other || differ ? null : 'right';
}

export function swapped(s: CompareState): CompareState {
  // A right side without a dataset stands for that of the left.
  const nodeId = s.right.nodeId === '' ? s.left.nodeId : s.right.nodeId;
  return { ...s, left: { ...s.right, nodeId }, right: s.left };
}

// A moment excludes an environment, and the other way round.
export function withSide(side: Side, more: Partial<Side>): Side {
  if (more.asOf) return { ...side, ...more, environment: null };
  if (more.environment) return { ...side, ...more, asOf: null };
  return { ...side, ...more };
}
