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

// One direction of the picture: for each pixel which cell of the level it shows, and how far into
// that cell it is, for the pattern. Pixels from `start` to `end` show cells, the others nothing.
class Line {
  cells = new Uint32Array(0);
  bits = new Uint8Array(0);
  gaps: number[] = []; // the last pixel of each cell, if there is room between cells
  start = 0;
  end = 0;

  // `from`: the place of the first pixel, in cells of the level that are `size` pixels each.
  set(length: number, from: number, size: number, count: number, apart: boolean): void {
    if (this.cells.length < length) {
      this.cells = new Uint32Array(length);
      this.bits = new Uint8Array(length);
    }
    this.gaps = [];
    this.start = this.end = 0;
    // Small cells are met from the first pixel's left edge to the last one's right edge.
    const stretch = size < 2 && length > 1 ? (1 - 1e-9) / (length - 1) : 0;
    const at = (i: number) => Math.floor(from + (i + (stretch === 0 ? 0.5 : i * stretch)) / size);
    let left = Math.round((Math.floor(from) - from) * size); // of the cell that is being drawn
    for (let i = 0, cell = at(0); i < length; i++) {
      const next = at(i + 1);
      if (cell < 0) this.start = this.end = i + 1;
      else if (cell < count) this.end = i + 1;
      this.cells[i] = cell < 0 || cell >= count ? 0 : cell;
      this.bits[i] = (i - left) & 7;
      if (next !== cell) {
        left = i + 1;
        if (apart && cell >= 0 && cell < count) this.gaps.push(i);
      }
      cell = next;
    }
  }
}

// Keeps its arrays from frame to frame.
export class Painter {
  private readonly across = new Line();
  private readonly down = new Line();

  // `ratio`: device pixels a CSS pixel.
  paint(surface: Surface, pyramid: Pyramid, view: HeatView, ratio: number, ink: Ink): void {
    const { width, height, pixels } = surface;
    const [kx, ky] = [view.kx * ratio, view.ky * ratio];
    const [halvedX, halvedY] = [halvings(kx), halvings(ky)];
    const level = pyramid.level(halvedX, halvedY);
    const [binX, binY] = [2 ** halvedX, 2 ** halvedY];
    const { across, down } = this;
    across.set(width, view.x / binX, kx * binX, level.columns, kx >= smallestApart);
    down.set(height, view.y / binY, ky * binY, level.rows, ky >= smallestApart);
    const patterned = kx >= smallestPatterned && ky >= smallestPatterned;
    pixels.fill(ink.gap, 0, down.start * width);
    pixels.fill(ink.gap, down.end * width);
    const drawn = new Map<number, number>(); // where a row like this one has been drawn
    for (let y = down.start; y < down.end; y++) {
      const row = down.cells[y]!;
      const bit = patterned ? down.bits[y]! : 0;
      if (y === down.start || row !== down.cells[y - 1]) drawn.clear();
      const same = drawn.get(bit);
      if (same !== undefined) {
        pixels.copyWithin(y * width, same * width, (same + 1) * width);
        continue;
      }
      drawn.set(bit, y);
      pixels.fill(ink.gap, y * width, (y + 1) * width);
      const ranks = level.ranks.subarray(row * level.columns, (row + 1) * level.columns);
      if (patterned) this.patternedRow(pixels, y * width, ranks, bit << 3, ink.patterned);
      else this.flatRow(pixels, y * width, ranks, ink.flat);
      for (const x of across.gaps) pixels[y * width + x] = ink.gap;
    }
    for (const y of down.gaps) pixels.fill(ink.gap, y * width, (y + 1) * width);
  }

  private flatRow(pixels: Uint32Array, at: number, ranks: Uint8Array, flat: Uint32Array): void {
    const { cells, start, end } = this.across;
    for (let x = start; x < end; x++) pixels[at + x] = flat[ranks[cells[x]!]!]!;
  }

  private patternedRow(
    pixels: Uint32Array,
    at: number,
    ranks: Uint8Array,
    line: number,
    patterned: Uint32Array,
  ): void {
    const { cells, bits, start, end } = this.across;
    for (let x = start; x < end; x++) {
      pixels[at + x] = patterned[(ranks[cells[x]!]! << 6) | line | bits[x]!]!;
    }
  }
}
