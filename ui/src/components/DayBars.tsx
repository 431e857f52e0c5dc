// Counts by day as small bars. The picture is for the eye; the text says the most and the sum, and
// the days can be read one by one.
import { count, plural } from '../lib/format';
import type { DayCount } from '../lib/days';

interface Props {
  label: string; // what is counted: "uses"
  days: readonly DayCount[];
}

const width = 360;
const height = 64;

export function DayBars({ label, days }: Props) {
  const most = days.reduce((best, d) => (d.count > best.count ? d : best), {
    day: '',
    count: 0,
  });
  const sum = days.reduce((all, d) => all + d.count, 0);
  const step = width / Math.max(1, days.length);
  const text = `${count(sum)} ${label} in ${plural(days.length, 'day')}, the most ${count(most.count)}${most.day === '' ? '' : ` on ${most.day}`}`;
  return (
    <figure className="day-bars">
      <svg
        role="img"
        aria-label={text}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
      >
        <path className="day-bars-base" d={`M0 ${height - 0.5}H${width}`} />
        {days.map((d, i) => {
          const h =
            most.count === 0 ? 0 : Math.max(d.count > 0 ? 2 : 0, (d.count / most.count) * 60);
          return (
            <rect
              key={d.day}
              x={i * step + step * 0.12}
              width={step * 0.76}
              y={height - h}
              height={h}
            >
              <title>{`${d.day}: ${count(d.count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className="quiet">
        <span>{days[0]?.day}</span>
        <span>most {count(most.count)} a day</span>
        <span>{days.at(-1)?.day}</span>
      </figcaption>
      <details>
        <summary>Day by day</summary>
        <ul className="day-list" aria-label={`${label} by day`}>
          {days
            .filter((d) => d.count > 0)
            .map((d) => (
              <li key={d.day}>
                <time dateTime={d.day}>{d.day}</time> {count(d.count)}
              </li>
            ))}
        </ul>
      </details>
    </figure>
  );
}
