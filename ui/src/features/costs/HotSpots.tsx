// Which few take most: the running sum over the items, the largest first, and where half is reached.
import { Incomplete } from '../../components/Incomplete';
import { Icon } from '../../components/Icons';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { Select } from '../../components/Select';
import type { CostState, HotDimension } from '../../lib/costUrl';
import { hotDimensions } from '../../lib/costUrl';
import { count, plural } from '../../lib/format';
import { lineageHref } from '../../lib/lineageUrl';
import { exactly, measureTexts, quantity, share } from '../../lib/measures';
import { Link } from '../../lib/router';
import { NothingHere } from './Nothing';
import type { Hotspots, Times } from './useCosts';
import { useHotspots } from './useCosts';
import { dimensionTexts, manyTexts, oneTexts } from './words';

interface Props {
  state: CostState;
  times: Times;
  change: (more: Partial<CostState>) => void;
}

const chart = { width: 640, height: 260, left: 46, bottom: 30, top: 12, right: 12 };

export function halfText(answer: Pick<Hotspots, 'half' | 'totalCount' | 'of'>): string {
  const of = answer.of as HotDimension;
  const { items } = answer.half;
  if (items === 0) return 'No items make half of it: credits outweigh.';
  const all = plural(answer.totalCount, oneTexts[of], manyTexts[of]);
  const verb = items === 1 ? 'makes' : 'make';
  return `${count(items)} of ${all} ${verb} half of it (${share(items, answer.totalCount)} of the ${manyTexts[of]}).`;
}

export interface CurvePoint {
  items: number;
  value: number;
}

// From nothing through all points of the answer, in the box of the chart.
export function curvePath(curve: readonly CurvePoint[], items: number, total: number): string {
  const width = chart.width - chart.left - chart.right;
  const height = chart.height - chart.top - chart.bottom;
  const most = Math.max(total, ...curve.map((p) => p.value));
  return [{ items: 0, value: 0 }, ...curve]
    .map((p, i) => {
      const x = chart.left + (p.items / Math.max(1, items)) * width;
      const y = chart.top + (1 - p.value / Math.max(1, most)) * height;
      return `${i === 0 ? 'M' : 'L'}${Number(x.toFixed(1))} ${Number(y.toFixed(1))}`;
    })
    .join('');
}

function Curve({ answer }: { answer: Hotspots }) {
  const { curve, total, totalCount: n, half } = answer;
  const of = answer.of as HotDimension;
  const width = chart.width - chart.left - chart.right;
  const height = chart.height - chart.top - chart.bottom;
  const most = Math.max(total, ...curve.map((p) => p.value));
  const x = (items: number) => chart.left + (items / Math.max(1, n)) * width;
  const y = (part: number) => chart.top + (1 - (part * total) / Math.max(1, most)) * height;
  return (
    <svg
      className="hot-curve"
      viewBox={`0 0 ${chart.width} ${chart.height}`}
      role="img"
      aria-label={`Running sum: ${halfText(answer)}`}
    >
      {[0, 0.5, 1].map((part) => (
        <g key={part} className="chart-tick">
          <path d={`M${chart.left} ${y(part)}H${chart.width - chart.right}`} />
          <text x={chart.left - 6} y={y(part)} textAnchor="end" dominantBaseline="central">
            {part * 100}%
          </text>
        </g>
      ))}
      <path className="hot-even" d={`M${x(0)} ${y(0)}L${x(n)} ${y(1)}`} />
      <path
        className="hot-area"
        d={`${curvePath(curve, n, total)}L${x(n)} ${y(0)}L${x(0)} ${y(0)}Z`}
      />
      <path className="hot-line" d={curvePath(curve, n, total)} />
      {half.items > 0 && (
        <g className="hot-half">
          <path d={`M${chart.left} ${y(0.5)}H${x(half.items)}V${y(0)}`} />
          <circle cx={x(half.items)} cy={y(0.5)} r={4.5} />
          <text x={Math.min(x(half.items) + 8, chart.width - 170)} y={y(0.5) + 18}>
            half: {plural(half.items, oneTexts[of], manyTexts[of])}
          </text>
        </g>
      )}
      <text className="chart-period" x={x(0)} y={chart.height - 10}>
        0
      </text>
      <text className="chart-period" x={x(n)} y={chart.height - 10} textAnchor="end">
        {plural(n, oneTexts[of], manyTexts[of])}
      </text>
    </svg>
  );
}

function Items({ pages }: { pages: readonly Hotspots[] }) {
  const first = pages[0];
  if (!first) return null;
  const { measure, unit, total, half } = first;
  let sum = 0;
  return (
    <div className="table-card scroll-x">
      <table className="plain-table hot-table">
        <thead>
          <tr>
            <th scope="col" className="number">
              No.
            </th>
            <th scope="col">{dimensionTexts[first.of as HotDimension]}</th>
            <th scope="col" className="number">
              {measureTexts[measure as keyof typeof measureTexts] ?? measure}
            </th>
            <th scope="col" className="number">
              Share
            </th>
            <th scope="col" className="number">
              Running share
            </th>
          </tr>
        </thead>
        <tbody>
          {pages
            .flatMap((page) => page.items)
            .map((item, i) => {
              sum += item.value;
              return (
                <tr key={item.key} className={i + 1 === half.items ? 'is-half' : undefined}>
                  <td className="number">{i + 1}</td>
                  <th scope="row">
                    <span className="part-name">
                      {item.name}
                      {item.nodeId && (
                        <Link
                          className="part-lineage"
                          href={lineageHref(item.nodeId)}
                          aria-label={`Lineage of ${item.name}`}
                          title="Lineage"
                        >
                          <Icon name="arrow" size={13} />
                        </Link>
                      )}
                    </span>
                  </th>
                  <td className="number" title={exactly(item.value, unit)}>
                    {quantity(item.value, measure, unit)}
                  </td>
                  <td className="number">{share(item.value, total)}</td>
                  <td className="number">
                    {share(sum, total)}
                    {i + 1 === half.items && <span className="half-mark"> half</span>}
                  </td>
                </tr>
              );
            })}
        </tbody>
      </table>
    </div>
  );
}

export function HotSpots({ state, times, change }: Props) {
  const answer = useHotspots(state, times);
  const first = answer.pages[0];
  return (
    <div className="costs-body">
      <div className="filter-row" role="group" aria-label="Hot spots">
        <Select<HotDimension>
          label="Of"
          value={state.of}
          options={hotDimensions.map((d) => [d, dimensionTexts[d]] as const)}
          onChange={(of) => change({ of: of ?? 'job' })}
        />
      </div>
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!first && answer.loading && <Loading what="hot spots" />}
      {first && (
        <>
          <Incomplete answer={first} />
          {first.totalCount === 0 ? (
            <NothingHere state={state} times={times} change={change} />
          ) : (
            <>
              <p className="hot-words" role="status">
                <strong>{halfText(first)}</strong>{' '}
                <span className="quiet">
                  All of it: {quantity(first.total, first.measure, first.unit)}. Inequality (Gini):{' '}
                  {first.gini.toFixed(2)}, from 0, all alike, towards 1, one has it all.
                </span>
              </p>
              <section className="card" aria-label="Curve">
                <Curve answer={first} />
              </section>
              <Items pages={answer.pages} />
              {answer.more && (
                <button
                  type="button"
                  className="button"
                  disabled={answer.loading}
                  onClick={answer.more}
                >
                  Load more
                </button>
              )}
            </>
          )}
        </>
      )}
    </div>
  );
}
