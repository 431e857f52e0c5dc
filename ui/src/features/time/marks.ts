// When something changed, as marks on the track. Plain functions, no view library.
import type { Schemas } from '../../api/client';
import type { Span } from '../../lib/timeScale';
import { shareOf } from '../../lib/timeScale';

export type GraphChange = Schemas['DiffChange'];

export interface Mark {
  iso: string; // as the server wrote it: at this moment all of the mark's changes have happened
  at: number; // ms
  n: number; // changes
}

// One mark for each millisecond in which something changed, in order of time.
export function marksOf(changes: readonly GraphChange[]): Mark[] {
  const marks = new Map<number, Mark>();
  for (const { at: iso } of changes) {
    const at = Date.parse(iso);
    if (Number.isNaN(at)) continue;
    const mark = marks.get(at);
    if (!mark) marks.set(at, { iso, at, n: 1 });
    else {
      mark.n += 1;
      if (iso > mark.iso) mark.iso = iso;
    }
  }
  return [...marks.values()].sort((a, b) => a.at - b.at);
}

const after = (mark: Mark, at: number, iso: string) =>
  mark.at > at || (mark.at === at && mark.iso > iso);

// The change after a moment; null: there is none, or the moment is now.
export function nextMark(marks: readonly Mark[], moment: string | null): Mark | null {
  if (moment === null) return null;
  return marks.find((m) => after(m, Date.parse(moment), moment)) ?? null;
}

export function previousMark(marks: readonly Mark[], moment: string | null): Mark | null {
  if (moment === null) return marks.at(-1) ?? null;
  const at = Date.parse(moment);
  return marks.findLast((m) => m.at < at || (m.at === at && m.iso < moment)) ?? null;
}

// The mark that a hand meant which pointed at `share`, `reach` of the track away at most.
export function markNear(
  marks: readonly Mark[],
  span: Span,
  share: number,
  reach: number,
): Mark | null {
  let best: Mark | null = null;
  let least = reach;
  for (const mark of marks) {
    const distance = Math.abs(shareOf(span, mark.at) - share);
    if (distance <= least) [best, least] = [mark, distance];
  }
  return best;
}

export interface Bar {
  share: number;
  n: number;
  from: number;
  to: number;
}

// Marks that would lie on each other are drawn as one.
export function bars(marks: readonly Mark[], span: Span, places: number): Bar[] {
  const result: Bar[] = [];
  let place = -1;
  for (const mark of marks) {
    const share = shareOf(span, mark.at);
    const here = Math.round(share * places);
    const bar = result.at(-1);
    if (bar && here === place) {
      bar.n += mark.n;
      bar.to = mark.at;
    } else {
      result.push({ share, n: mark.n, from: mark.at, to: mark.at });
      place = here;
    }
  }
  return result;
}

// Time cut into stretches of the same length, without a gap.
export function stretches(from: number, to: number, parts: number): { from: number; to: number }[] {
  const at = (i: number) => Math.round(from + ((to - from) * i) / parts);
  return Array.from({ length: parts }, (_, i) => ({ from: at(i), to: at(i + 1) })).filter(
    (stretch) => stretch.to > stretch.from,
  );
}

// The same change is told by every comparison that it lies in.
export function unique(changes: readonly GraphChange[]): GraphChange[] {
  const byKey = new Map(
    changes.map((c) => [
      [c.kind, c.at, c.nodeId, c.edge?.from, c.edge?.to, c.edge?.via].join('\n'),
      c,
    ]),
  );
  return [...byKey.values()];
}

// From when on a node is there, in ms: when it appeared, or when anything around it did.
export function firstSeen(changes: readonly GraphChange[], nodeId: string): number | null {
  const own = changes.find((c) => c.kind === 'node_added' && c.nodeId === nodeId);
  const all = own ? [own] : changes;
  const times = all.map((c) => Date.parse(c.at)).filter((t) => !Number.isNaN(t));
  return times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)) + 1;
}
