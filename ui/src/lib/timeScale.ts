// The time track: from the first event to now. Where nothing has happened since the last event the
// track is folded, so that the days that matter keep their room. Plain maths, no view library.

export interface Span {
  first: number; // ms: the first event
  last: number; // ms: the last event, not after now
  now: number; // ms
}

const folded = 0.06; // of the track, for the idle end

export function isFolded({ first, last, now }: Span): boolean {
  return last > first && now - last > folded * (now - first);
}

function knots(span: Span): [time: number, share: number][] {
  const { first, last, now } = span;
  if (!isFolded(span)) {
    return [
      [first, 0],
      [Math.max(now, first + 1), 1],
    ];
  }
  return [
    [first, 0],
    [last, 1 - folded],
    [now, 1],
  ];
}

function interpolate(points: [number, number][], x: number): number {
  const firstPoint = points[0] ?? [0, 0];
  if (x <= firstPoint[0]) return firstPoint[1];
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1] ?? firstPoint;
    const [x1, y1] = points[i] ?? firstPoint;
    if (x <= x1) return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
  }
  return points.at(-1)?.[1] ?? 0;
}

// 0 at the first event, 1 at now.
export function shareOf(span: Span, time: number): number {
  return interpolate(knots(span), time);
}

export function timeAt(span: Span, share: number): number {
  return Math.round(
    interpolate(
      knots(span).map(([t, s]) => [s, t]),
      share,
    ),
  );
}

const minute = 60_000;
const steps = [1, 5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10080, 20160].map((m) => m * minute);

export interface Tick {
  share: number;
  text: string;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function tickText(time: number, step: number): string {
  const t = new Date(time);
  const day = `${t.getUTCDate()} ${months[t.getUTCMonth()]}`;
  if (step >= 28 * 1440 * minute) return `${months[t.getUTCMonth()]} ${t.getUTCFullYear()}`;
  if (step >= 1440 * minute || time % (1440 * minute) === 0) return day;
  return t.toISOString().slice(11, 16);
}

// Round moments for reading the track, at most `most` of them.
export function ticks(span: Span, most: number): Tick[] {
  const end = isFolded(span) ? span.last : span.now;
  const length = end - span.first;
  const month = 30 * 1440 * minute;
  const step =
    steps.find((s) => length / s <= most) ?? Math.max(1, Math.ceil(length / month / most)) * month;
  const result: Tick[] = [];
  for (let t = Math.ceil(span.first / step) * step; t <= end; t += step) {
    result.push({ share: shareOf(span, t), text: tickText(t, step) });
  }
  return result;
}
