// The colours of statuses, in both themes, and the patterns that tell them apart without colour.
// partitionInk.test.ts checks them for three kinds of colour blindness. Plain values, no view library.
import type { Status } from './partitionStatus';
import { statuses } from './partitionStatus';

export type Pattern =
  | 'plain'
  | 'slash'
  | 'backslash'
  | 'cross'
  | 'dots'
  | 'lines'
  | 'bars'
  | 'sparse'
  | 'dashes'
  | 'stripes';

interface Look {
  base: string;
  line: string; // of the pattern
  pattern: Pattern;
}

export type ThemeName = 'light' | 'dark';

export const patternOf: Record<Status, Pattern> = {
  none: 'plain',
  current: 'plain',
  orphaned: 'stripes',
  open: 'dashes',
  unknown: 'sparse',
  deferred: 'sparse',
  maybe: 'dots',
  running: 'plain',
  stale_inputs: 'slash',
  stale_code: 'backslash',
  stale_both: 'cross',
  missing: 'lines',
  unrecoverable: 'bars',
  failed: 'cross',
};

const colours: Record<ThemeName, Record<Status, [base: string, line: string]>> = {
  light: {
    none: ['#f3f0e7', '#f3f0e7'],
    current: ['#74b8a5', '#74b8a5'],
    orphaned: ['#cfc8b4', '#8d866f'],
    open: ['#e6e2d4', '#a8a08a'],
    unknown: ['#a9b4ba', '#5d6b72'],
    deferred: ['#dcc9a4', '#96793c'],
    maybe: ['#f5e08a', '#a5861a'],
    running: ['#2f7cc4', '#2f7cc4'],
    stale_inputs: ['#f0a136', '#a35f00'],
    stale_code: ['#e0702f', '#8c2f06'],
    stale_both: ['#a13610', '#f0a98a'],
    missing: ['#d6c4f4', '#6b3fa0'],
    unrecoverable: ['#4d2a78', '#b896e0'],
    failed: ['#2a1318', '#f08a9a'],
  },
  dark: {
    none: ['#0e191b', '#0e191b'],
    current: ['#1b544c', '#1b544c'],
    orphaned: ['#4a4739', '#8f896f'],
    open: ['#1d2c2e', '#5c7274'],
    unknown: ['#56646a', '#a3b3b9'],
    deferred: ['#6b5a34', '#b59a5c'],
    maybe: ['#a8922e', '#f3dc7a'],
    running: ['#4aa3f0', '#4aa3f0'],
    stale_inputs: ['#f0a540', '#8f5500'],
    stale_code: ['#ef8450', '#7a2a08'],
    stale_both: ['#cf5526', '#ffd0ba'],
    missing: ['#8f6cc4', '#dcc8fa'],
    unrecoverable: ['#5c2f94', '#c8a5f5'],
    failed: ['#ffd6dc', '#c22d4a'],
  },
};

// Rows of eight bits; a set bit is drawn in the colour of the line.
const bits: Record<Pattern, readonly number[]> = {
  plain: [0, 0, 0, 0, 0, 0, 0, 0],
  slash: [0x03, 0x06, 0x0c, 0x18, 0x30, 0x60, 0xc0, 0x81],
  backslash: [0xc0, 0x60, 0x30, 0x18, 0x0c, 0x06, 0x03, 0x81],
  cross: [0x81, 0x42, 0x24, 0x18, 0x18, 0x24, 0x42, 0x81],
  dots: [0x00, 0x66, 0x66, 0x00, 0x00, 0x66, 0x66, 0x00],
  lines: [0x00, 0xff, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00],
  bars: [0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22],
  dashes: [0x00, 0x00, 0xe0, 0x00, 0x00, 0x00, 0x0e, 0x00],
  stripes: [0x88, 0x88, 0x44, 0x44, 0x22, 0x22, 0x11, 0x11],
  sparse: [0x00, 0x18, 0x18, 0x00, 0x00, 0x00, 0x81, 0x81],
};

export function lookOf(status: Status, theme: ThemeName): Look {
  const [base, line] = colours[theme][status];
  return { base, line, pattern: patternOf[status] };
}

const linear = (n: number) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);

// WCAG 2.
export function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = channels(hex).map((n) => linear(n / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const darkText = '#142b2d';
const lightText = '#fffdf8';

// The text that is written onto a cell: whichever can be read better.
export function textOn(status: Status, theme: ThemeName): string {
  const ground = luminance(colours[theme][status][0]) + 0.05;
  const onDark = (luminance(lightText) + 0.05) / ground;
  const onLight = ground / (luminance(darkText) + 0.05);
  return onLight > onDark ? darkText : lightText;
}

export function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

// As a canvas has it in memory on every machine that a browser runs on: alpha, blue, green, red.
function pixel(hex: string): number {
  const [r = 0, g = 0, b = 0] = channels(hex);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

// A square of `size` pixels filled with the pattern, as the path of its set bits.
export function patternPath(pattern: Pattern, size: number): string {
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if ((((bits[pattern][y & 7] ?? 0) >> (7 - (x & 7))) & 1) === 1) path += `M${x} ${y}h1v1h-1z`;
    }
  }
  return path;
}

// What is drawn over and beside the cells.
export const strokes: Record<
  ThemeName,
  { text: string; tick: string; mark: string; halo: string }
> = {
  light: { text: '#51666a', tick: '#b9b3a0', mark: '#142b2d', halo: '#fffdf8' },
  dark: { text: '#94aaa9', tick: '#3c5558', mark: '#e3ebe7', halo: '#0b1517' },
};

export interface Ink {
  flat: Uint32Array; // by rank
  patterned: Uint32Array; // by rank × 64 + row of the pattern × 8 + column
  gap: number; // between cells
}

function inkOf(theme: ThemeName): Ink {
  const flat = new Uint32Array(256);
  const patterned = new Uint32Array(256 * 64);
  statuses.forEach((status, rank) => {
    const { base, line, pattern } = lookOf(status, theme);
    flat[rank] = pixel(base);
    for (let i = 0; i < 64; i++) {
      const set = ((bits[pattern][i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
      patterned[rank * 64 + i] = pixel(set === 1 ? line : base);
    }
  });
  return { flat, patterned, gap: pixel(theme === 'light' ? '#fffdf8' : '#111f22') };
}

const inks = { light: inkOf('light'), dark: inkOf('dark') };

export function ink(theme: ThemeName): Ink {
  return inks[theme];
}
