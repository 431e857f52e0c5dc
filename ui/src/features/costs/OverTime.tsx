// What was used period by period, stacked by whom, with the numbers in a table.
import { useMemo } from 'react';
import { Incomplete } from '../../components/Incomplete';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { Select } from '../../components/Select';
import type { CostState, Period, SeriesDimension } from '../../lib/costUrl';
import { periods, seriesDimensions } from '../../lib/costUrl';
import { moment } from '../../lib/format';
import { exactly, measureTexts, quantity, share } from '../../lib/measures';
import { otherName } from './arcs';
import { Nothing } from './Nothing';
import { Hatch, hues } from './Picture';
import { stack, ticks } from './stack';
import type { Series, Times } from './useCosts';
import { useSeries } from './useCosts';
import { dimensionTexts, periodTexts } from './words';

interface Props {
  state: CostState;
  times: Times;
  change: (more: Partial<CostState>) => void;
}

interface Line {
  name: string;
  value: number;
  points: number[];
  look: string;
}

function linesOf(answer: Series): Line[] {
  const lines: Line[] = answer.series.map(({ name, value, points }, i) => ({
    name,
    value,
    points,
    look: `hue-${i % hues}`,
  }));
  const { other } = answer;
  if (other.count > 0) {
    const { value, points } = other;
    lines.push({ name: otherName(other.count), value, points, look: 'is-other' });
  }
  return lines;
}

const chart = { width: 900, height: 300, left: 78, bottom: 26, top: 8 };

// The largest unit that ticks are round in.
function unitOf(measure: string, scale: number, most: number): number {
  if (measure.startsWith('bytes'))
    return 1024 ** Math.max(0, Math.floor(Math.log(most) / Math.log(1024)));
  if (!measure.endsWith('_ms') && !measure.endsWith('_seconds')) return scale;
  const ms = measure.endsWith('_ms') ? 1 : scale / 1000;
  const units = [86_400_000, 3_600_000, 60_000, 1000, 1].map((n) => n * ms);
  return units.find((n) => n <= most) ?? 1;
}

function Chart({ answer, lines }: { answer: Series; lines: Line[] }) {
  const { periods: cells, measure, unit } = answer;
  const { bars, low, high } = useMemo(
    () =>
      stack(
        lines.map((line) => line.points),
        cells.length,
      ),
    [lines, cells.length],
  );
  const span = Math.max(1, high - low);
  const room = chart.height - chart.top - chart.bottom;
  const y = (value: number) => chart.top + ((high - value) / span) * room;
  const step = (chart.width - chart.left) / Math.max(1, cells.length);
  const every = Math.ceil(cells.length / 8);
  const most = answer.total.points.reduce(
    (best, v, i, all) => (v > (all[best] ?? 0) ? i : best),
    0,
  );
  const what = measureTexts[measure as keyof typeof measureTexts] ?? measure;
  return (
    <svg
      className="series-chart"
      viewBox={`0 0 ${chart.width} ${chart.height}`}
      role="img"
      aria-label={`${what} from ${moment(answer.from)} to ${moment(answer.to)}, together ${quantity(answer.total.value, measure, unit)}, the most in ${cells[most]?.name ?? ''}: ${quantity(answer.total.points[most] ?? 0, measure, unit)}`}
    >
      <Hatch />
      {ticks(low, high, unitOf(measure, unit.scale, Math.max(high, -low))).map((tick) => (
        <g key={tick} className="chart-tick">
          <path d={`M${chart.left} ${y(tick)}H${chart.width}`} />
          <text x={chart.left - 6} y={y(tick)} textAnchor="end" dominantBaseline="central">
            {quantity(tick, measure, unit)}
          </text>
        </g>
      ))}
      {bars.map((bar) => {
        const line = lines[bar.series];
        const box = {
          x: chart.left + bar.period * step + step * 0.08,
          width: step * 0.84,
          y: y(bar.high),
          height: Math.max(0.5, y(bar.low) - y(bar.high)),
        };
        return (
          <g key={`${bar.series} ${bar.period}`}>
            <title>{`${cells[bar.period]?.name}, ${line?.name}: ${quantity(line?.points[bar.period] ?? 0, measure, unit)}`}</title>
            <rect className={`arc ring-1 ${line?.look ?? ''}`} {...box} />
            {line?.look === 'is-other' && <rect className="arc-hatch" {...box} />}
          </g>
        );
      })}
      <path className="chart-zero" d={`M${chart.left} ${y(0)}H${chart.width}`} />
      {cells.map((cell, i) =>
        i % every === 0 ? (
          <text
            key={cell.name}
            className="chart-period"
            x={chart.left + (i + 0.5) * step}
            y={chart.height - 8}
            textAnchor="middle"
          >
            {cell.name}
          </text>
        ) : null,
      )}
    </svg>
  );
}

function Table({ answer, lines }: { answer: Series; lines: Line[] }) {
  const { measure, unit, total } = answer;
  const cell = (value: number) => (
    <td className="number" title={exactly(value, unit)}>
      {value === 0 ? <span className="quiet">–</span> : quantity(value, measure, unit)}
    </td>
  );
  return (
    <div
      className="table-card scroll-x series-table"
      tabIndex={0}
      role="region"
      aria-label="Numbers"
    >
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{periodTexts[answer.interval as Period] ?? answer.interval}</th>
            <th scope="col" className="number">
              Together
            </th>
            {lines.map((line) => (
              <th key={line.name} scope="col" className="number">
                <span className={`arc-swatch ${line.look}`} aria-hidden /> {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr className="series-sum">
            <th scope="row">All</th>
            {cell(total.value)}
            {lines.map((line) => (
              <td key={line.name} className="number" title={exactly(line.value, unit)}>
                {quantity(line.value, measure, unit)}{' '}
                <span className="quiet">{share(line.value, total.value)}</span>
              </td>
            ))}
          </tr>
          {answer.periods.map((period, i) => (
            <tr key={period.name}>
              <th scope="row" title={`${moment(period.from)} to ${moment(period.to)}`}>
                {period.name}
              </th>
              {cell(total.points[i] ?? 0)}
              {lines.map((line) => (
                <Cell key={line.name} value={line.points[i] ?? 0} render={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ value, render }: { value: number; render: (value: number) => React.ReactNode }) {
  return <>{render(value)}</>;
}

export function OverTime({ state, times, change }: Props) {
  const resource = useSeries(state, times);
  const answer = resource.data;
  const lines = useMemo(() => (answer ? linesOf(answer) : []), [answer]);
  return (
    <div className={resource.loading ? 'costs-body is-loading' : 'costs-body'}>
      <div className="filter-row" role="group" aria-label="Series">
        <Select<SeriesDimension>
          label="By"
          value={state.seriesBy}
          options={seriesDimensions.map((d) => [d, dimensionTexts[d]] as const)}
          onChange={(seriesBy) => change({ seriesBy: seriesBy ?? 'owner' })}
        />
        <Select<Period>
          label="Period"
          value={state.period}
          options={periods.map((p) => [p, periodTexts[p]] as const)}
          onChange={(period) => change({ period: period ?? 'day' })}
        />
      </div>
      {resource.problem && <ProblemNote problem={resource.problem} onRetry={resource.reload} />}
      {!answer && resource.loading && <Loading what="costs over time" />}
      {answer && !resource.problem && (
        <>
          <Incomplete answer={answer} />
          {lines.length === 0 ? (
            <Nothing state={state} times={times} change={change} booked={answer.booked} />
          ) : (
            <>
              <section className="card" aria-label="Chart">
                <Chart answer={answer} lines={lines} />
                <ul className="series-legend" aria-label="Legend">
                  {lines.map((line) => (
                    <li key={line.name}>
                      <span className={`arc-swatch ${line.look}`} aria-hidden /> {line.name}
                    </li>
                  ))}
                </ul>
              </section>
              <Table answer={answer} lines={lines} />
            </>
          )}
        </>
      )}
    </div>
  );
}
