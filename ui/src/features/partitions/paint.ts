// Draws what is in sight of a grid into an array of pixels. One pass over the pixels, whatever the
// number of cells: where cells are smaller than a pixel, a level of the pyramid stands for them, so
// that no cell is missed. Plain maths, no view library; sizes here are device pixels.
import type { HeatView } from './heatView';
import type { Ink } from '../../lib/partitionInk';
import type { Pyramid } from './pyramid';
import { halvings } from './pyramid';

export interface Surface {
  width: number;
  height: number;
  pixels: Uint32Array;
}

const smallestPatterned = 7; // pixels; below, a cell is one colour
const smallestApart = 5; // pixels; below, cells touch

const outside = 0xffff_ffff;

// For each pixel along one direction: which cell of the level it shows (outside: none), and how far
// into that cell it is. The last pixel of a cell is its gap, if there is room for one.
function fill(
  cells: Uint32Array,
  into: Uint8Array,
  length: number,
  start: number,
  scale: number,
  shift: number,
  count: number,
): void {
  const gap = scale >= smallestApart;
  const size = scale * 2 ** shift;
  const from = start / 2 ** shift;
  // Small cells are met from the first pixel's left edge to the last one's right edge.
  const stretch = size < 2 && length > 1 ? (1 - 1e-9) / (length - 1) : 0;
  for (let i = 0; i < length; i++) {
    const middle = stretch === 0 ? 0.5 : i * stretch;
    const cell = Math.floor(from + (i + middle) / size);
    if (cell < 0 || cell >= count) {
      cells[i] = outside;
      continue;
    }
    cells[i] = cell;
    const left = Math.round((cell - from) * size);
    const last = gap && i === Math.round((cell + 1 - from) * size) - 1;
    into[i] = last ? 8 : (i - left) & 7;
  }
}

// Keeps its arrays from frame to frame.
export class Painter {
  private columns = new Uint32Array(0);
  private columnBits = new Uint8Array(0);
  private rows = new Uint32Array(0);
  private rowBits = new Uint8Array(0);

  private room(width: number, height: number): void {
    if (this.columns.length < width) {
      this.columns = new Uint32Array(width);
      this.columnBits = new Uint8Array(width);
    }
    if (this.rows.length < height) {
      this.rows = new Uint32Array(height);
      this.rowBits = new Uint8Array(height);
    }
  }

  // `ratio`: device pixels a CSS pixel.
  paint(surface: Surface, pyramid: Pyramid, view: HeatView, ratio: number, ink: Ink): void {
    const { width, height, pixels } = surface;
    const [kx, ky] = [view.kx * ratio, view.ky * ratio];
    const [across, down] = [halvings(kx), halvings(ky)];
    const level = pyramid.level(across, down);
    this.room(width, height);
    fill(this.columns, this.columnBits, width, view.x, kx, across, level.columns);
    fill(this.rows, this.rowBits, height, view.y, ky, down, level.rows);
    const patterned = kx >= smallestPatterned && ky >= smallestPatterned;
    for (let y = 0; y < height; y++) {
      const row = this.rows[y]!;
      const at = y * width;
      const bit = this.rowBits[y]!;
      if (row === outside || bit === 8) pixels.fill(ink.gap, at, at + width);
      else if (patterned)
        this.patternedRow(surface, at, level.ranks, row * level.columns, bit, ink);
      else this.flatRow(surface, at, level.ranks, row * level.columns, ink);
    }
  }

  private flatRow({ width, pixels }: Surface, at: number, ranks: Uint8Array, from: number, i: Ink) {
    const { columns, columnBits } = this;
    const { flat, gap } = i;
    for (let x = 0; x < width; x++) {
      const column = columns[x]!;
      pixels[at + x] =
        column === outside || columnBits[x] === 8 ? gap : flat[ranks[from + column]!]!;
    }
  }

  private patternedRow(
    { width, pixels }: Surface,
    at: number,
    ranks: Uint8Array,
    from: number,
    bit: number,
    { patterned, gap }: Ink,
  ) {
    const { columns, columnBits } = this;
    const line = bit << 3;
    for (let x = 0; x < width; x++) {
      const column = columns[x]!;
      const columnBit = columnBits[x]!;
      pixels[at + x] =
        column === outside || columnBit === 8
          ? gap
          : patterned[(ranks[from + column]! << 6) | line | columnBit]!;
    }
  }
}
