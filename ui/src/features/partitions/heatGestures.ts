// Drag, wheel and pinch on the heat map. A drag moves it; with Shift, or while choosing is on, it
// chooses cells. No view library.
import type { Area, HeatCanvas } from './heatCanvas';
import { axisHeight } from './heatCanvas';
import type { Cell } from './heatView';
import { cellAt, panBy, zoomBy } from './heatView';
import type { Grid } from './cells';

interface Point {
  x: number;
  y: number;
}

export interface HeatActions {
  grid: () => Grid;
  choosing: () => boolean;
  onHover: (cell: Cell | null, at: Point) => void;
  onPick: (cell: Cell) => void;
  onChoose: (area: Area | null) => void;
}

const threshold = 4; // pixels: less is a click

export function areaOf(a: Cell, b: Cell): Area {
  return {
    first: Math.min(a.column, b.column),
    last: Math.max(a.column, b.column),
    top: Math.min(a.row, b.row),
    bottom: Math.max(a.row, b.row),
  };
}

class HeatGestures {
  private readonly pointers = new Map<number, Point>();
  private start: Point | null = null;
  private from: Cell | null = null; // where choosing began
  private dragged = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly heat: HeatCanvas,
    private readonly actions: HeatActions,
  ) {}

  private at(event: MouseEvent): Point {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private cell({ x, y }: Point, nearest = false): Cell | null {
    const { view, plot, gutter } = this.heat;
    let [px, py] = [x - gutter, y - axisHeight];
    if (nearest) {
      px = Math.min(Math.max(px, 0), plot.width - 1);
      py = Math.min(Math.max(py, 0), plot.height - 1);
    } else if (px < 0 || py < 0) return null;
    const grid = this.actions.grid();
    const found = cellAt(view, px, py, grid);
    if (found || !nearest) return found;
    return {
      column: Math.min(grid.columns - 1, Math.max(0, Math.floor(view.x + px / view.kx))),
      row: Math.min(grid.rows - 1, Math.max(0, Math.floor(view.y + py / view.ky))),
    };
  }

  private spread(): number {
    const [a, b] = [...this.pointers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }

  down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const at = this.at(event);
    this.pointers.set(event.pointerId, at);
    this.start = at;
    this.dragged = false;
    const choose = event.shiftKey || this.actions.choosing();
    this.from = choose && this.pointers.size === 1 ? this.cell(at) : null;
  };

  move = (event: PointerEvent): void => {
    const now = this.at(event);
    const before = this.pointers.get(event.pointerId);
    if (!before || !this.start) {
      this.actions.onHover(this.cell(now), now);
      return;
    }
    if (!this.dragged) {
      if (Math.hypot(now.x - this.start.x, now.y - this.start.y) < threshold) return;
      this.dragged = true;
      this.canvas.setPointerCapture(event.pointerId);
      this.actions.onHover(null, now);
    }
    const wide = this.spread();
    this.pointers.set(event.pointerId, now);
    if (this.from) {
      const end = this.cell(now, true);
      if (end) this.actions.onChoose(areaOf(this.from, end));
    } else if (this.pointers.size === 2 && wide > 0) this.zoom(now, this.spread() / wide);
    else this.heat.move((view) => panBy(view, now.x - before.x, now.y - before.y));
  };

  up = (event: PointerEvent): void => {
    const known = this.pointers.delete(event.pointerId);
    if (!known || this.dragged) return;
    const cell = this.cell(this.at(event));
    if (cell) this.actions.onPick(cell);
  };

  cancel = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
  };

  leave = (): void => {
    if (this.pointers.size === 0) this.actions.onHover(null, { x: 0, y: 0 });
  };

  private zoom({ x, y }: Point, factor: number): void {
    const { gutter, plot } = this.heat;
    const at = { px: x - gutter, py: y - axisHeight };
    const both = { x: factor, y: factor };
    this.heat.move((view) => zoomBy(view, at, both, this.actions.grid(), plot));
  }

  wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.shiftKey) this.heat.move((view) => panBy(view, -(dx + dy), 0));
    else if (Math.abs(dx) > Math.abs(dy)) this.heat.move((view) => panBy(view, -dx, 0));
    else this.zoom(this.at(event), Math.exp(-dy * 0.0022));
  };
}

export function attachHeat(
  canvas: HTMLCanvasElement,
  heat: HeatCanvas,
  actions: HeatActions,
): () => void {
  const gestures = new HeatGestures(canvas, heat, actions);
  const off = new AbortController();
  const { signal } = off;
  canvas.addEventListener('pointerdown', gestures.down, { signal });
  canvas.addEventListener('pointermove', gestures.move, { signal });
  canvas.addEventListener('pointerup', gestures.up, { signal });
  canvas.addEventListener('pointercancel', gestures.cancel, { signal });
  canvas.addEventListener('pointerleave', gestures.leave, { signal });
  canvas.addEventListener('wheel', gestures.wheel, { signal, passive: false });
  return () => off.abort();
}
