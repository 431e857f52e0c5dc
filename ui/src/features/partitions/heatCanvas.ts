// A grid on a canvas: cells, axes, the cursor and what is chosen. It draws once a frame, and only
// when something changed. No view library.
import type { ThemeName } from '../../lib/partitionInk';
import { ink, strokes } from '../../lib/partitionInk';
import { shortKey } from '../../lib/partitionKey';
import type { Grid } from './cells';
import type { Cell, HeatView, PlacedTick, Plot } from './heatView';
import { clampView, rowsInSight, wholeView } from './heatView';
import { Painter } from './paint';
import { Pyramid } from './pyramid';

// Columns and rows, both ends included.
export interface Area {
  first: number;
  last: number;
  top: number;
  bottom: number;
}

export interface Shown {
  grid: Grid;
  theme: ThemeName;
  cursor: Cell | null;
  hover: Cell | null;
  chosen: Area | null;
  ticksOf: (view: HeatView, plot: Plot) => PlacedTick[];
}

export const axisHeight = 22;
const font = '11px ui-sans-serif, system-ui, sans-serif';

function gutterOf(ctx: CanvasRenderingContext2D | null, grid: Grid, width: number): number {
  if (grid.rows <= 1 && (grid.lanes[0]?.key ?? '') === '') return 0;
  if (!ctx) return 80;
  ctx.font = font;
  const sample = grid.lanes.slice(0, 200).map(({ key }) => ctx.measureText(shortKey(key)).width);
  return Math.ceil(Math.min(Math.max(...sample, 20) + 12, width * 0.28, 180));
}

export class HeatCanvas {
  view: HeatView = { x: 0, y: 0, kx: 1, ky: 1 };
  plot: Plot = { width: 0, height: 0 };
  gutter = 0;
  private readonly ctx: CanvasRenderingContext2D | null;
  private readonly painter = new Painter();
  private image: ImageData | null = null;
  private pyramid: Pyramid | null = null;
  private shown: Shown | null = null;
  private size = { width: 0, height: 0, ratio: 1 };
  private frame = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    // All of it is put there anew each frame, which is faster where the pixels are at hand.
    this.ctx = canvas.getContext('2d', { willReadFrequently: true });
  }

  show(shown: Shown): void {
    const before = this.shown?.grid;
    this.shown = shown;
    if (before !== shown.grid) {
      const same = before?.columns === shown.grid.columns && before.rows === shown.grid.rows;
      this.pyramid = new Pyramid(shown.grid);
      this.layOut(!same);
    }
    this.request();
  }

  resize(width: number, height: number, ratio: number): void {
    this.size = { width, height, ratio };
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.layOut(false);
    this.request();
  }

  move(step: (view: HeatView) => HeatView): void {
    if (!this.shown) return;
    this.view = clampView(step(this.view), this.shown.grid, this.plot);
    this.request();
  }

  request(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  // What was shown whole stays whole when there is more or less room.
  private layOut(anew: boolean): void {
    if (!this.shown) return;
    const { grid } = this.shown;
    const wasWhole = anew || this.plot.width === 0 || this.isWhole();
    this.gutter = gutterOf(this.ctx, grid, this.size.width);
    this.plot = {
      width: Math.max(1, this.size.width - this.gutter),
      height: Math.max(1, this.size.height - axisHeight),
    };
    this.view = wasWhole ? wholeView(grid, this.plot) : clampView(this.view, grid, this.plot);
  }

  private isWhole(): boolean {
    if (!this.shown) return true;
    const whole = wholeView(this.shown.grid, this.plot);
    return this.view.kx <= whole.kx * 1.001 && this.view.ky <= whole.ky * 1.001;
  }

  private draw(): void {
    const { ctx, shown, pyramid } = this;
    if (!ctx || !shown || !pyramid) return;
    const { ratio, width, height } = this.size;
    const wide = this.canvas.width - Math.round(this.gutter * ratio);
    const high = this.canvas.height - Math.round(axisHeight * ratio);
    if (wide < 1 || high < 1) return;
    if (this.image?.width !== wide || this.image.height !== high) {
      this.image = ctx.createImageData(wide, high);
    }
    const pixels = new Uint32Array(this.image.data.buffer);
    const surface = { width: wide, height: high, pixels };
    this.painter.paint(surface, pyramid, this.view, ratio, ink(shown.theme));
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, axisHeight);
    ctx.clearRect(0, axisHeight, this.gutter, height);
    ctx.putImageData(this.image, Math.round(this.gutter * ratio), Math.round(axisHeight * ratio));
    this.drawAxes(ctx, shown);
    this.drawMarks(ctx, shown);
  }

  private drawAxes(ctx: CanvasRenderingContext2D, { theme, grid, ticksOf }: Shown): void {
    const { text, tick } = strokes[theme];
    ctx.font = font;
    ctx.fillStyle = text;
    ctx.strokeStyle = tick;
    ctx.lineWidth = 1;
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    for (const { px, label } of ticksOf(this.view, this.plot)) {
      const x = Math.round(this.gutter + px) + 0.5;
      ctx.beginPath();
      ctx.moveTo(x, axisHeight - 5);
      ctx.lineTo(x, axisHeight);
      ctx.stroke();
      ctx.fillText(label, x + 3, axisHeight / 2);
    }
    if (this.gutter === 0) return;
    ctx.textAlign = 'right';
    for (const row of rowsInSight(grid.rows, this.view, this.plot, 14)) {
      const y = axisHeight + (row + 0.5 - this.view.y) * this.view.ky;
      if (y < axisHeight + 4 || y > this.size.height - 4) continue;
      ctx.fillText(shortKey(grid.lanes[row]?.key ?? ''), this.gutter - 6, y, this.gutter - 8);
    }
  }

  private drawMarks(ctx: CanvasRenderingContext2D, shown: Shown): void {
    const { mark, halo } = strokes[shown.theme];
    ctx.save();
    ctx.beginPath();
    ctx.rect(this.gutter, axisHeight, this.plot.width, this.plot.height);
    ctx.clip();
    const frame = ({ first, last, top, bottom }: Area, wide: number, dashed: boolean) => {
      const x = this.gutter + (first - this.view.x) * this.view.kx;
      const y = axisHeight + (top - this.view.y) * this.view.ky;
      const w = Math.max(3, (last - first + 1) * this.view.kx - 1);
      const h = Math.max(3, (bottom - top + 1) * this.view.ky - 1);
      ctx.setLineDash([]);
      ctx.strokeStyle = halo;
      ctx.lineWidth = wide + 2;
      ctx.strokeRect(x, y, w, h);
      if (dashed) ctx.setLineDash([5, 3]);
      ctx.strokeStyle = mark;
      ctx.lineWidth = wide;
      ctx.strokeRect(x, y, w, h);
    };
    const alone = ({ column, row }: Cell) => ({
      first: column,
      last: column,
      top: row,
      bottom: row,
    });
    if (shown.hover) frame(alone(shown.hover), 1, false);
    if (shown.chosen) frame(shown.chosen, 1.5, true);
    if (shown.cursor) frame(alone(shown.cursor), 2, false);
    ctx.restore();
  }
}
