// The time slider under the toolbar: as of when the picture is, and as known when. What moves here
// moves in the address; the picture keeps its place.
import { useEffect, useRef, useState } from 'react';
import { Icon } from '../../components/Icons';
import { plural } from '../../lib/format';
import { asKnownThen } from '../../lib/lineageUrl';
import { isoOf } from '../../lib/moments';
import type { Mark } from './marks';
import { nextMark, previousMark } from './marks';
import { MomentInput } from '../../components/MomentInput';
import type { Span } from '../../lib/timeScale';
import { Track } from './Track';
import type { How } from './useMover';
import { useMover } from './useMover';

export interface Times {
  asOf: string | null;
  knownAt: string | null;
  compareTo: string | null;
}

export interface TimeBarProps extends Times {
  span: Span;
  marks: readonly Mark[];
  marksComplete: boolean;
  busy: boolean; // the picture of the moment is on its way
  comparable: boolean;
  onChange: (more: Partial<Times>, how: How) => void;
}

const beatMs = 1100;
const day = 86_400_000;

// Walks from change to change until now, waiting for each picture.
function usePlay(p: TimeBarProps): [playing: boolean, toggle: () => void] {
  const [playing, setPlaying] = useState(false);
  const { asOf, marks, span, busy } = p;
  const latest = useRef(p.onChange);
  useEffect(() => {
    latest.current = p.onChange;
  });
  useEffect(() => {
    if (!playing || busy) return undefined;
    const timer = setTimeout(() => {
      if (asOf === null) return setPlaying(false);
      const next = nextMark(marks, asOf);
      latest.current({ asOf: next?.iso ?? null }, 'replace');
    }, beatMs);
    return () => clearTimeout(timer);
  }, [playing, busy, asOf, marks]);
  const toggle = () => {
    if (!playing && asOf === null) {
      latest.current({ asOf: marks[0]?.iso ?? isoOf(span.first) }, 'push');
    }
    setPlaying(!playing);
  };
  return [playing, toggle];
}

function Steps(p: TimeBarProps) {
  const [playing, toggle] = usePlay(p);
  const before = previousMark(p.marks, p.asOf);
  const after = nextMark(p.marks, p.asOf);
  const none = p.marks.length === 0;
  const title = p.marksComplete
    ? plural(p.marks.length, 'moment with changes', 'moments with changes')
    : `the first ${plural(p.marks.length, 'moment')} with changes`;
  return (
    <div className="time-steps" role="group" aria-label="Step through changes">
      <button
        type="button"
        aria-label="Previous change"
        title="Previous change (Page Down)"
        disabled={before === null}
        onClick={() => before && p.onChange({ asOf: before.iso }, 'push')}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        aria-label={playing ? 'Pause' : 'Play through the changes'}
        aria-pressed={playing}
        title={none ? 'Nothing changed here' : `Play: ${title}`}
        disabled={none}
        onClick={toggle}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <button
        type="button"
        aria-label="Next change"
        title="Next change (Page Up)"
        disabled={p.asOf === null}
        onClick={() => p.onChange({ asOf: after?.iso ?? null }, 'push')}
      >
        <Icon name="next" />
      </button>
    </div>
  );
}

function KnownThen({ asOf, knownAt, onChange }: TimeBarProps) {
  if (knownAt !== null && knownAt !== asKnownThen) {
    return (
      <span className="time-known">
        known at <span className="mono">{knownAt}</span>
        <button
          type="button"
          className="chip-close"
          aria-label="Ask with all that is known now"
          onClick={() => onChange({ knownAt: null }, 'push')}
        >
          <Icon name="close" size={12} />
        </button>
      </span>
    );
  }
  return (
    <label
      className="time-known"
      title="Only what was recorded by then: without events that came late"
    >
      <input
        type="checkbox"
        role="switch"
        checked={knownAt === asKnownThen}
        disabled={asOf === null && knownAt === null}
        onChange={(event) =>
          onChange({ knownAt: event.target.checked ? asKnownThen : null }, 'push')
        }
      />
      as known then
    </label>
  );
}

// A day before what is shown, or before the last event where now is shown.
function dayBefore(asOf: string | null, span: Span): string {
  const from = asOf === null ? span.last : Date.parse(asOf);
  return isoOf(Math.max(span.first, from - day));
}

export function TimeBar(p: TimeBarProps) {
  const { span, marks, asOf, compareTo, onChange } = p;
  const shown = useMover(asOf, (moment, how) => onChange({ asOf: moment }, how));
  const compared = useMover(compareTo, (moment, how) =>
    onChange({ compareTo: moment ?? isoOf(span.now) }, how),
  );
  return (
    <section className="time-bar" aria-label="Time">
      <Steps {...p} />
      <Track
        span={span}
        marks={marks}
        shown={shown}
        compared={compareTo === null || !p.comparable ? null : compared}
      />
      <div className="time-fields">
        <MomentInput
          label="As of"
          value={shown.shown}
          empty="now"
          onChange={(moment) => onChange({ asOf: moment }, 'push')}
        />
        <button
          type="button"
          className="button"
          disabled={asOf === null}
          onClick={() => onChange({ asOf: null }, 'push')}
        >
          Now
        </button>
        <KnownThen {...p} />
        {p.comparable && (
          <button
            type="button"
            className="button"
            aria-label="Compare"
            aria-pressed={compareTo !== null}
            onClick={() =>
              onChange({ compareTo: compareTo === null ? dayBefore(asOf, span) : null }, 'push')
            }
          >
            <Icon name="compare" /> <span className="narrow-hidden">Compare</span>
          </button>
        )}
      </div>
    </section>
  );
}
