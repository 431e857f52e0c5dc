// Labels along the time of a grid: the server's where they are close enough together, else every
// n-th partition by its own name. Plain maths, no view library.
import type { HeatView, PlacedTick, Plot } from './heatView';
import { ticksInSight } from './heatView';
import type { IndexOf } from './keys';
import { valueAt } from './keys';

const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const room = 78; // pixels for a label

function ownStep(view: HeatView): number {
  return steps.find((n) => n * view.kx >= room + 16) ?? 1000;
}

// "2026-10-01T05" needs no year on each label.
function shortLabel(index: IndexOf, value: string): string {
  return index.kind === 'time' && index.granularity === 'hour' ? value.slice(5) : value;
}

function ownTicks(index: IndexOf, bucket: number, view: HeatView, plot: Plot): PlacedTick[] {
  const step = ownStep(view);
  const first = Math.ceil(Math.floor(view.x) / step) * step;
  const last = Math.min(view.x + plot.width / view.kx, Math.ceil(index.count / bucket) - 1);
  const result: PlacedTick[] = [];
  for (let column = first; column <= last; column += step) {
    const value = valueAt(index, column * bucket);
    const px = (column - view.x) * view.kx;
    if (value !== null && px >= -1) {
      result.push({ offset: column, px, label: shortLabel(index, value) });
    }
  }
  return result;
}

export function axisTicks(
  index: IndexOf,
  ticks: readonly { offset: number; label: string }[],
  bucket: number,
  view: HeatView,
  plot: Plot,
): PlacedTick[] {
  const columns = ticks.map(({ offset, label }) => ({ offset: offset / bucket, label }));
  const named = ticksInSight(columns, view, plot, room);
  return named.length >= 3 ? named : ownTicks(index, bucket, view, plot);
}
