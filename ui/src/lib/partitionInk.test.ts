import { describe, expect, it } from 'vitest';
import type { ThemeName } from './partitionInk';
import { channels, ink, lookOf, luminance, textOn } from './partitionInk';
import type { Status } from './partitionStatus';
import { statuses } from './partitionStatus';

// Complete deficiency by the matrices of Machado, Oliveira and Fernandes (2009), on linear light.
const seen = {
  everything: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  deuteranopia: [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  tritanopia: [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
};

const linear = (n: number) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);

function light(hex: string): number[] {
  return channels(hex).map((n) => linear(n / 255));
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

// OKLab (Ottosson 2020), in which equal distances look about equally far apart.
function lab(hex: string, eye: number[]): number[] {
  const rgb = light(hex);
  const [r = 0, g = 0, b = 0] = [0, 3, 6].map((at) =>
    Math.min(
      1,
      Math.max(
        0,
        eye.slice(at, at + 3).reduce((s, m, i) => s + m * (rgb[i] ?? 0), 0),
      ),
    ),
  );
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function apart(a: string, b: string, eye: number[]): number {
  const [p, q] = [lab(a, eye), lab(b, eye)];
  return Math.hypot(...p.map((n, i) => n - (q[i] ?? 0)));
}

// What a reader must not take for each other even where a cell is one pixel.
const kinds: Status[][] = [
  ['current'],
  ['stale_inputs', 'stale_code', 'stale_both'],
  ['missing'],
  ['failed'],
  ['none'],
];

describe.each(['light', 'dark'] as ThemeName[])('colours of the %s theme', (theme) => {
  it.each(Object.entries(seen))('keep kinds apart with %s', (_, eye) => {
    for (const a of kinds) {
      for (const b of kinds.slice(kinds.indexOf(a) + 1)) {
        for (const one of a) {
          for (const other of b) {
            const distance = apart(lookOf(one, theme).base, lookOf(other, theme).base, eye);
            expect(distance, `${one} and ${other}`).toBeGreaterThan(0.1);
          }
        }
      }
    }
  });

  it.each(Object.entries(seen))('or patterns keep all statuses apart with %s', (_, eye) => {
    for (const one of statuses) {
      for (const other of statuses.slice(statuses.indexOf(one) + 1)) {
        const [a, b] = [lookOf(one, theme), lookOf(other, theme)];
        const distance = apart(a.base, b.base, eye);
        if (a.pattern === b.pattern) expect(distance, `${one} and ${other}`).toBeGreaterThan(0.06);
      }
    }
  });

  it('have text that can be read on them', () => {
    for (const status of statuses) {
      const { base } = lookOf(status, theme);
      expect(contrast(base, textOn(status, theme)), status).toBeGreaterThan(4);
    }
  });

  it('draw a pattern that can be seen', () => {
    const { flat, patterned } = ink(theme);
    statuses.forEach((status, rank) => {
      const texels = patterned.slice(rank * 64, rank * 64 + 64);
      const lines = texels.filter((t) => t !== flat[rank]).length;
      const plain = lookOf(status, theme).pattern === 'plain';
      expect(lines > 0, status).toBe(!plain);
      expect(lines, status).toBeLessThan(40);
    });
  });
});
