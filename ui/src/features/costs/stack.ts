// Series on top of each other, period by period: what is above zero upwards, what is below downwards.

export interface Bar {
  series: number;
  period: number;
  low: number;
  high: number;
}

export interface Stack {
  bars: Bar[];
  low: number; // of all, zero or less
  high: number; // zero or more
}

export function stack(series: readonly (readonly number[])[], periods: number): Stack {
  const bars: Bar[] = [];
  let [least, most] = [0, 0];
  for (let period = 0; period < periods; period++) {
    let [down, up] = [0, 0];
    series.forEach((points, i) => {
      const value = points[period] ?? 0;
      if (value > 0) {
        bars.push({ series: i, period, low: up, high: up + value });
        up += value;
      } else if (value < 0) {
        bars.push({ series: i, period, low: down + value, high: down });
        down += value;
      }
    });
    least = Math.min(least, down);
    most = Math.max(most, up);
  }
  return { bars, low: least, high: most };
}

// At most `most` round steps from low to high: 1, 2 or 5 times a power of ten of `unit`.
export function ticks(low: number, high: number, unit: number, most = 5): number[] {
  const span = high - low;
  if (span <= 0) return [low];
  const rough = span / unit / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((n) => n * power >= rough) ?? 10) * power * unit;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}
