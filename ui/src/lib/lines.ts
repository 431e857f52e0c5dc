// Values over time as lines: gaps stay gaps.

export interface Sample {
  time: number; // ms
  value: number | null; // null: not measured
}

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Scale {
  x: (time: number) => number;
  y: (value: number) => number;
  low: number;
  high: number;
}

// Where nothing varies, the line lies in the middle.
export function scaleOf(samples: readonly Sample[], box: Box, fromZero: boolean): Scale | null {
  const known = samples.filter((s): s is { time: number; value: number } => s.value !== null);
  if (known.length === 0) return null;
  let [first, last] = [Infinity, -Infinity];
  let [low, high] = fromZero ? [0, 0] : [Infinity, -Infinity];
  for (const { time, value } of known) {
    first = Math.min(first, time);
    last = Math.max(last, time);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  return {
    low,
    high,
    x: (time) =>
      last === first ? box.left + width / 2 : box.left + ((time - first) / (last - first)) * width,
    y: (value) =>
      high === low ? box.top + height / 2 : box.bottom - ((value - low) / (high - low)) * height,
  };
}

const fixed = (n: number) => Number(n.toFixed(1));

export function linePath(samples: readonly Sample[], { x, y }: Pick<Scale, 'x' | 'y'>): string {
  let pen = 'M';
  return samples
    .map(({ time, value }) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const text = `${pen}${fixed(x(time))} ${fixed(y(value))}`;
      pen = 'L';
      return text;
    })
    .join('');
}
