// How long to wait until something is looked at again: soon while it changes, ever later while it
// does not. Plain maths.

export interface Pace {
  least: number; // ms
  most: number;
  factor: number;
}

export const usualPace: Pace = { least: 1000, most: 30_000, factor: 1.6 };

export function nextWait(wait: number, changed: boolean, pace: Pace = usualPace): number {
  if (changed) return pace.least;
  return Math.min(pace.most, Math.max(pace.least, Math.round(wait * pace.factor)));
}
