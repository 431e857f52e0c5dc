// What of a text was found, as pieces to mark. Plain functions, no view library.
import type { Result } from './useSearch';

export interface Piece {
  text: string;
  found: boolean;
}

// Ranges are [start, end) in UTF-16 units; those that overlap or lie outside do no harm.
export function pieces(text: string, ranges: readonly (readonly number[])[]): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  for (const [from = 0, to = 0] of [...ranges].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    const start = Math.max(at, Math.min(from, text.length));
    const end = Math.min(to, text.length);
    if (end <= start) continue;
    if (start > at) result.push({ text: text.slice(at, start), found: false });
    result.push({ text: text.slice(start, end), found: true });
    at = end;
  }
  if (at < text.length) result.push({ text: text.slice(at), found: false });
  return result;
}

// The name with its marks, and where else the words were found.
export function nameAndMore(r: Result): {
  name: Piece[];
  more: { in: string; pieces: Piece[] }[];
} {
  const { highlights } = r;
  const name = highlights.find((h) => h.in === 'name' && h.text === r.name);
  return {
    name: pieces(r.name, name?.ranges ?? []),
    more: highlights
      .filter((h) => h !== name && h.in !== 'namespace')
      .map((h) => ({ in: h.in, pieces: pieces(h.text, h.ranges) })),
  };
}
