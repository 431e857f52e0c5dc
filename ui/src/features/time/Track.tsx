// The track itself: ticks, marks where something changed, a handle for the moment shown and one for
// the moment it is compared with.
import type { KeyboardEvent, PointerEvent } from 'react';
import { useRef } from 'react';
import { moment as readable, plural } from '../../lib/format';
import { isoOf } from '../../lib/moments';
import type { Mark } from './marks';
import { bars, markNear, nextMark, previousMark } from './marks';
import type { Span } from '../../lib/timeScale';
import { isFolded, shareOf, ticks, timeAt } from '../../lib/timeScale';
import type { Mover } from './useMover';

export interface TrackProps {
  span: Span;
  marks: readonly Mark[];
  shown: Mover;
  compared: Mover | null;
}

const places = 240;
const reach = 0.009; // of the track: a hand this near to a mark means it

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;
const timeOf = (span: Span, iso: string | null) => (iso === null ? span.now : Date.parse(iso));

function momentFor(p: TrackProps, share: number): string | null {
  if (share >= 0.997) return null;
  const mark = markNear(p.marks, p.span, share, reach);
  return mark ? mark.iso : isoOf(timeAt(p.span, share));
}

function keyed(
  p: TrackProps,
  from: string | null,
  event: KeyboardEvent,
): string | null | undefined {
  const by = (step: number) => {
    const share = shareOf(p.span, timeOf(p.span, from)) + step;
    return share >= 1 ? null : isoOf(timeAt(p.span, Math.max(0, share)));
  };
  switch (event.key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return from === null ? undefined : by(event.shiftKey ? 0.05 : 0.01);
    case 'ArrowLeft':
    case 'ArrowDown':
      return by(event.shiftKey ? -0.05 : -0.01);
    case 'PageDown':
      return previousMark(p.marks, from)?.iso;
    case 'PageUp':
      return from === null ? undefined : (nextMark(p.marks, from)?.iso ?? null);
    case 'Home':
      return isoOf(p.span.first);
    case 'End':
      return null;
    default:
      return undefined;
  }
}

interface HandleProps extends TrackProps {
  mover: Mover;
  label: string;
  className: string;
}

function Handle({ mover, label, className, ...p }: HandleProps) {
  const { span } = p;
  const at = timeOf(span, mover.shown);
  return (
    <div
      role="slider"
      tabIndex={0}
      className={`time-handle ${className}`}
      style={{ left: percent(shareOf(span, at)) }}
      aria-label={label}
      aria-valuemin={span.first}
      aria-valuemax={span.now}
      aria-valuenow={Math.min(span.now, Math.max(span.first, at))}
      aria-valuetext={mover.shown === null ? 'now' : readable(mover.shown)}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const next = keyed(p, mover.shown, event);
        if (next === undefined) return;
        event.preventDefault();
        mover.moveTo(next);
      }}
    />
  );
}

function Marks({ marks, span }: { marks: readonly Mark[]; span: Span }) {
  const most = Math.max(1, ...marks.map((m) => m.n));
  return bars(marks, span, places).map((bar) => (
    <span
      key={bar.from}
      className="time-mark"
      title={`${plural(bar.n, 'change')}, ${readable(isoOf(bar.from))}`}
      style={{
        left: percent(bar.share),
        height: `${6 + 9 * Math.min(1, Math.log1p(bar.n) / Math.log1p(most))}px`,
      }}
    />
  ));
}

export function Track(p: TrackProps) {
  const { span, marks, shown, compared } = p;
  const rail = useRef<HTMLDivElement>(null);
  const held = useRef<'shown' | 'compared' | null>(null);
  const at = shareOf(span, timeOf(span, shown.shown));
  const other = compared && shareOf(span, timeOf(span, compared.shown));

  const moving = () => (held.current === 'compared' ? compared : held.current && shown);
  const shareUnder = (event: PointerEvent) => {
    const box = rail.current?.getBoundingClientRect();
    if (!box || box.width === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const press = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    const onCompared = (event.target as HTMLElement).classList.contains('is-compared');
    held.current = onCompared && compared ? 'compared' : 'shown';
    event.currentTarget.setPointerCapture?.(event.pointerId);
    moving()?.begin();
    moving()?.moveTo(momentFor(p, shareUnder(event)));
  };
  const release = (event: PointerEvent<HTMLDivElement>) => {
    moving()?.settleAt(momentFor(p, shareUnder(event)));
    held.current = null;
  };
  return (
    <div
      className="time-track"
      onPointerDown={press}
      onPointerMove={(event) => moving()?.moveTo(momentFor(p, shareUnder(event)))}
      onPointerUp={release}
      onPointerCancel={() => (held.current = null)}
    >
      <div className="time-rail" ref={rail}>
        <span className={isFolded(span) ? 'time-line is-folded' : 'time-line'} />
        {other !== null && (
          <span
            className="time-range"
            style={{ left: percent(Math.min(at, other)), width: percent(Math.abs(at - other)) }}
          />
        )}
        {other === null && <span className="time-past" style={{ width: percent(at) }} />}
        <Marks marks={marks} span={span} />
        {ticks(span, 6).map((tick) => (
          <span key={tick.share} className="time-tick" style={{ left: percent(tick.share) }}>
            {tick.text}
          </span>
        ))}
        {compared && (
          <Handle {...p} mover={compared} label="Compared with" className="is-compared" />
        )}
        <Handle {...p} mover={shown} label="Moment shown" className="is-shown" />
      </div>
    </div>
  );
}
