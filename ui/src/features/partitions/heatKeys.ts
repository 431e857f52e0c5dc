// What keys do on the heat map, as a step of its cursor. Plain maths, no view library.
import type { Grid } from './cells';
import { nextRun } from './cells';
import type { Cell } from './heatView';

export interface Press {
  key: string;
  ctrl: boolean;
}

// Null: the key moves nothing. With Ctrl, to where the status changes.
export function moveCursor(grid: Grid, from: Cell, { key, ctrl }: Press): Cell | null {
  const { column, row } = from;
  const clamp = (n: number, count: number) => Math.min(count - 1, Math.max(0, n));
  const page = Math.max(1, Math.round(grid.columns / 10));
  switch (key) {
    case 'ArrowLeft':
      return {
        row,
        column: ctrl ? nextRun(grid, column, row, -1) : clamp(column - 1, grid.columns),
      };
    case 'ArrowRight':
      return {
        row,
        column: ctrl ? nextRun(grid, column, row, 1) : clamp(column + 1, grid.columns),
      };
    case 'ArrowUp':
      return { column, row: ctrl ? 0 : clamp(row - 1, grid.rows) };
    case 'ArrowDown':
      return { column, row: ctrl ? grid.rows - 1 : clamp(row + 1, grid.rows) };
    case 'Home':
      return { column: 0, row: ctrl ? 0 : row };
    case 'End':
      return { column: grid.columns - 1, row: ctrl ? grid.rows - 1 : row };
    case 'PageUp':
      return { row, column: clamp(column - page, grid.columns) };
    case 'PageDown':
      return { row, column: clamp(column + page, grid.columns) };
    default:
      return null;
  }
}
