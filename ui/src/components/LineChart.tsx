// Values over time. The picture is for the eye; its text says first, last, least and most, and the
// values can be read one by one.
import { moment } from '../lib/format';
import type { Sample } from '../lib/lines';
import { linePath, scaleOf } from '../lib/lines';

export interface Line {
  name: string;
  samples: Sample[];
}

interface Props {
  label: string; // what is drawn
  lines: readonly Line[]; // told apart by dashes and by their names at the end
  fromZero?: boolean;
  text: (value: number) => string;
}

// Names of lines stand at their ends; a line alone has the whole width.
const box = { left: 6, right: 300, top: 18, bottom: 92 };
const whole = { ...box, right: 354 };
const dashes = ['', '6 3', '2 3', '9 3 2 3', '1 4'];

export function LineChart({ label, lines, fromZero = true, text }: Props) {
  const all = lines.flatMap((line) => line.samples).filter((s) => s.value !== null);
  const several = lines.length > 1;
  const { left, right, bottom } = several ? box : whole;
  const scale = scaleOf(all, several ? box : whole, fromZero);
  if (!scale) return null;
  const byTime = [...all].sort((a, b) => a.time - b.time);
  const [first, last] = [byTime[0], byTime.at(-1)];
  const lowest = Math.min(...all.map((s) => s.value ?? 0));
  const iso = (time: number | undefined) => moment(new Date(time ?? 0).toISOString());
  const summary = `${label} from ${iso(first?.time)} to ${iso(last?.time)}: least ${text(lowest)}, most ${text(scale.high)}, last ${text(last?.value ?? 0)}`;
  const day = (time: number | undefined) => iso(time).slice(0, 10);
  return (
    <figure className="line-chart">
      <figcaption>
        {label} <strong>{several ? '' : text(last?.value ?? 0)}</strong>{' '}
        <span className="line-days">
          {day(first?.time)} to {day(last?.time)}
        </span>
      </figcaption>
      <svg viewBox="0 0 360 104" role="img" aria-label={summary}>
        <path className="chart-zero" d={`M${left} ${bottom}H${right}`} />
        <text className="line-scale" x={left} y={9}>
          {text(scale.high) === text(scale.low) ? '' : text(scale.high)}
        </text>
        <text className="line-scale" x={left} y={103}>
          {text(scale.low)}
        </text>
        {lines.map((line, i) => {
          const end = line.samples.findLast((s) => s.value !== null);
          return (
            <g key={line.name}>
              <path
                className="line-path"
                d={linePath(line.samples, scale)}
                strokeDasharray={dashes[i % dashes.length]}
              />
              {line.samples.map((s) =>
                s.value === null ? null : (
                  <circle
                    key={s.time}
                    className="line-dot"
                    cx={scale.x(s.time)}
                    cy={scale.y(s.value)}
                    r={line.samples.length > 60 ? 1 : 2.2}
                  >
                    <title>{`${iso(s.time)}${several ? `, ${line.name}` : ''}: ${text(s.value)}`}</title>
                  </circle>
                ),
              )}
              {several && end && end.value !== null && (
                <text className="line-name" x={right + 6} y={scale.y(end.value) + 3}>
                  {line.name}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <details>
        <summary>Value by value</summary>
        <ul className="day-list" aria-label={`${label}, value by value`}>
          {lines.flatMap((line) =>
            line.samples.map(
              (s) =>
                s.value !== null && (
                  <li key={`${line.name} ${s.time}`}>
                    {iso(s.time)} {several && `${line.name} `}
                    {text(s.value)}
                  </li>
                ),
            ),
          )}
        </ul>
      </details>
    </figure>
  );
}
