// A plan on a time axis: waves, the tasks in them, and the longest way through.
import { useMemo, useState } from 'react';
import { duration, plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import { rangeText } from '../../lib/partitionKey';
import type { Bar, Lane } from './schedule';
import { durationTicks, lanesOf, lengthOf, schedule, soonest } from './schedule';
import type { Plan, Task } from './usePlans';
import { spread } from './words';

interface Props {
  plan: Plan;
  tasks: readonly Task[] | null; // all of them; null: there are too many, or none yet
}

const openAtMost = 60; // tasks; of a larger plan the waves are closed at first

interface Timed {
  start: number;
  end: number;
  late: number;
  known: boolean;
}

const percent = (n: number, all: number) => `${((100 * n) / all).toFixed(3)}%`;

// The part up to the 50th percentile is solid, from there to the 90th it is faint.
function TimedBar({ bar, length, look }: { bar: Timed; length: number; look: string }) {
  return (
    <span className={`gantt-bar ${look}${bar.known ? '' : ' is-unknown'}`} aria-hidden>
      <span
        className="gantt-late"
        style={{ left: percent(bar.start, length), width: percent(bar.late - bar.start, length) }}
      />
      <span
        className="gantt-usual"
        style={{ left: percent(bar.start, length), width: percent(bar.end - bar.start, length) }}
      />
    </span>
  );
}

function TaskRow({ task, bar, length }: { task: Task; bar: Bar; length: number }) {
  const name = readable(task.nodeId).name;
  const text = [
    `${spread(task.duration_ms)} of work`,
    bar.critical ? 'on the critical path' : '',
    task.definite ? '' : `${Math.round(task.probability * 100)}% likely`,
  ].filter((t) => t !== '');
  return (
    <li className={bar.critical ? 'gantt-row is-critical' : 'gantt-row'}>
      <span className="gantt-name" title={`${name}, ${rangeText(task.first, task.last)}`}>
        <span className="gantt-task">{name}</span>
        <span className="quiet gantt-range">{rangeText(task.first, task.last)}</span>
        <span className="visually-hidden">
          , {task.state}, {text.join(', ')}
        </span>
      </span>
      <span className="gantt-track" title={`${task.state}; ${text.join('; ')}`}>
        <TimedBar
          bar={bar}
          length={length}
          look={`task-bar-${task.state}${task.definite ? '' : ' is-maybe'}`}
        />
      </span>
    </li>
  );
}

interface WaveProps {
  lane: Lane;
  bars: Bar[];
  tasks: ReadonlyMap<number, Task>;
  length: number;
  open: boolean;
  onToggle: () => void;
}

function Wave({ lane, bars, tasks, length, open, onToggle }: WaveProps) {
  const more = `${plural(lane.tasks, 'task')}, ${plural(lane.partitions, 'partition')}`;
  const label = (
    <>
      <strong>Wave {lane.wave}</strong> <span className="quiet">{more}</span>
    </>
  );
  return (
    <li className="gantt-wave">
      <div className="gantt-row">
        {bars.length > 0 ? (
          <button
            type="button"
            className="gantt-name gantt-toggle"
            aria-expanded={open}
            onClick={onToggle}
          >
            {label}
          </button>
        ) : (
          <span className="gantt-name">{label}</span>
        )}
        <span
          className="gantt-track"
          title={`from ${duration(lane.start)} to ${duration(lane.end)}`}
        >
          <TimedBar bar={lane} length={length} look="wave-bar" />
        </span>
      </div>
      {open && bars.length > 0 && (
        <ul aria-label={`Tasks of wave ${lane.wave}`}>
          {bars.map((bar) => {
            const task = tasks.get(bar.task);
            return task && <TaskRow key={bar.task} task={task} bar={bar} length={length} />;
          })}
        </ul>
      )}
    </li>
  );
}

function Axis({ length }: { length: number }) {
  return (
    <div className="gantt-row gantt-axis" aria-hidden>
      <span className="gantt-name" />
      <span className="gantt-track">
        {durationTicks(length, 6).map((t) => (
          <span key={t} className="gantt-tick" style={{ left: percent(t, length) }}>
            {t === 0 ? '0' : duration(t)}
          </span>
        ))}
      </span>
    </div>
  );
}

// Waves as their tasks have them, or one after the other where tasks are not known.
function useTimes({ plan, tasks }: Props) {
  return useMemo(() => {
    if (!tasks || tasks.length === 0) return { lanes: lanesOf(plan.waves), bars: [] as Bar[] };
    const bars = schedule(
      tasks.map((t) => ({ ...t, duration: soonest(t) })),
      plan.critical_path.tasks,
    );
    const lanes = plan.waves.map(({ wave, tasks: n, partitions }) => {
      const own = bars.filter((b) => b.wave === wave);
      return {
        wave,
        tasks: n,
        partitions,
        start: own.reduce((least, b) => Math.min(least, b.start), own[0]?.start ?? 0),
        end: own.reduce((most, b) => Math.max(most, b.end), 0),
        late: lengthOf(own),
        known: own.some((b) => b.known),
      };
    });
    return { lanes, bars };
  }, [plan.waves, plan.critical_path.tasks, tasks]);
}

export function Waves({ plan, tasks }: Props) {
  const { lanes, bars } = useTimes({ plan, tasks });
  const byNumber = useMemo(() => new Map(tasks?.map((t) => [t.task, t]) ?? []), [tasks]);
  const [toggled, setToggled] = useState<ReadonlySet<number>>(new Set());
  const length = Math.max(lengthOf(lanes), lengthOf(bars)) * 1.02;
  const openAtFirst = bars.length <= openAtMost;
  const toggle = (wave: number) =>
    setToggled((old) => {
      const next = new Set(old);
      if (!next.delete(wave)) next.add(wave);
      return next;
    });
  return (
    <section className="card gantt-card" aria-label="Waves">
      <h2>Waves</h2>
      <p className="quiet">
        {bars.length > 0
          ? 'The soonest that each task can be run: as soon as what it reads is there, its partitions side by side unless they must follow each other.'
          : 'Each wave after the one before, the partitions of a task one by one.'}{' '}
        Solid up to the usual duration (p50), faint up to the slow one (p90)
        {bars.some((b) => b.critical) && '; outlined: the critical path'}
        {lanes.some((l) => !l.known) && '; striped: no run to learn from'}.
      </p>
      <div className="gantt">
        <Axis length={length} />
        <ol aria-label="Waves">
          {lanes.map((lane) => (
            <Wave
              key={lane.wave}
              lane={lane}
              bars={bars.filter((b) => b.wave === lane.wave)}
              tasks={byNumber}
              length={length}
              open={openAtFirst !== toggled.has(lane.wave)}
              onToggle={() => toggle(lane.wave)}
            />
          ))}
        </ol>
      </div>
    </section>
  );
}
