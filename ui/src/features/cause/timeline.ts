// Where the marks of causes lie in the timeline. Plain maths, no view library.
import type { Span } from '../../lib/timeScale';
import { shareOf } from '../../lib/timeScale';
import type { Cause, CauseAnswer, CauseKind } from './useCause';

export const kindOrder: readonly CauseKind[] = [
  'code_version',
  'schema_change',
  'run_failed',
  'run_late',
  'run_missing',
  'volume_jump',
  'partition_rewritten',
];

export interface Mark {
  cause: Cause;
  share: number; // where it begins, 0 to 1
  end: number; // where it ends; the same for a moment
  row: number; // within its lane: marks that would lie on each other go below each other
}

export interface Lane {
  kind: CauseKind;
  rows: number;
  marks: Mark[];
}

export function spanOf(answer: Pick<CauseAnswer, 'from' | 'at'>): Span {
  const first = Date.parse(answer.from);
  const at = Math.max(first + 1, Date.parse(answer.at));
  return { first, last: at, now: at };
}

// `width` is what a mark takes, as a share of the timeline.
export function lanes(causes: readonly Cause[], span: Span, width: number): Lane[] {
  return kindOrder.flatMap((kind) => {
    const ends: number[] = []; // of each row
    const marks = causes
      .filter((c) => c.kind === kind)
      .map((cause) => {
        const share = shareOf(span, Date.parse(cause.at));
        const until = cause.until === null ? share : shareOf(span, Date.parse(cause.until));
        return { cause, share, end: Math.max(share, until), row: 0 };
      })
      .sort((a, b) => a.share - b.share);
    for (const mark of marks) {
      const free = ends.findIndex((end) => end <= mark.share);
      mark.row = free === -1 ? ends.length : free;
      ends[mark.row] = Math.max(mark.end, mark.share + width);
    }
    return marks.length === 0 ? [] : [{ kind, rows: ends.length, marks }];
  });
}
