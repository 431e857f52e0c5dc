// When the tasks of a plan could run, if each began as soon as what it reads is there: the picture
// of a plan on a time axis. Plain maths, no view library; times in milliseconds from the beginning.

export interface Expected {
  p50: number | null;
  p90: number | null;
}

export interface Piece {
  task: number;
  wave: number;
  upstream: readonly number[];
  duration: Expected;
}

export interface Bar {
  task: number;
  wave: number;
  start: number;
  end: number; // by p50
  late: number; // by p90 of this task alone
  known: boolean; // a duration was learned for it
  critical: boolean;
}

export interface Lane {
  wave: number;
  start: number;
  end: number;
  late: number;
  tasks: number;
  partitions: number;
  known: boolean;
}

const known = (n: number | null): n is number => n !== null && n >= 0;

// What has no duration is drawn as long as the others are in the middle, and said to be unknown.
export function usualDuration(pieces: readonly Piece[]): number {
  const all = pieces.flatMap(({ duration }) => (known(duration.p50) ? [duration.p50] : []));
  all.sort((a, b) => a - b);
  return Math.max(1, all[all.length >> 1] ?? 60_000);
}

export interface Work {
  count: number; // partitions
  sequential: boolean; // each after the one before
  duration_ms: Expected; // of all of them
}

// How long a task takes if all that may be run at once is: as the critical path counts it.
export function soonest({ count, sequential, duration_ms: { p50, p90 } }: Work): Expected {
  if (sequential || count < 2) return { p50, p90 };
  const each = (all: number | null) => (known(all) ? all / count : all);
  return { p50: each(p50), p90: each(p90) };
}

// Tasks in the order of their waves. One that is upstream but not in the list has ended at 0.
export function schedule(pieces: readonly Piece[], critical: readonly number[]): Bar[] {
  const usual = usualDuration(pieces);
  const path = new Set(critical);
  const ends = new Map<number, number>();
  return [...pieces]
    .sort((a, b) => a.wave - b.wave || a.task - b.task)
    .map((piece) => {
      const { p50, p90 } = piece.duration;
      const start = piece.upstream.reduce((most, task) => Math.max(most, ends.get(task) ?? 0), 0);
      const end = start + (known(p50) ? p50 : usual);
      ends.set(piece.task, end);
      const late = known(p90) ? Math.max(end, start + p90) : end;
      const { task, wave } = piece;
      return { task, wave, start, end, late, known: known(p50), critical: path.has(task) };
    });
}

export interface WaveLike {
  wave: number;
  tasks: number;
  partitions: number;
  duration_ms: Expected;
}

// Waves one after the other: the longest that it takes if each waits for all of the one before.
export function lanesOf(waves: readonly WaveLike[]): Lane[] {
  const all = waves.map((w) => ({ task: 0, wave: 0, upstream: [], duration: w.duration_ms }));
  const usual = usualDuration(all);
  let start = 0;
  return waves.map(({ wave, tasks, partitions, duration_ms: { p50, p90 } }) => {
    const end = start + (known(p50) ? p50 : usual);
    const late = known(p90) ? Math.max(end, start + p90) : end;
    const lane = { wave, tasks, partitions, start, end, late, known: known(p50) };
    start = end;
    return lane;
  });
}

export function lengthOf(bars: readonly { late: number }[]): number {
  return bars.reduce((most, { late }) => Math.max(most, late), 1);
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [1, 2, 5, 10, 15, 30]
  .flatMap((n) => [n * second, n * minute])
  .concat([1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720].map((n) => n * hour))
  .sort((a, b) => a - b);

// Round durations for reading the axis, from 0, at most `most` of them.
export function durationTicks(length: number, most: number): number[] {
  const step =
    steps.find((s) => length / s <= most) ?? Math.ceil(length / most / (720 * hour)) * 720 * hour;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step);
}
