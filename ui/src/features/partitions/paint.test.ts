import { expect, it } from 'vitest';
import { decode } from './cells';
import { wholeView } from './heatView';
import { ink } from '../../lib/partitionInk';
import { Painter } from './paint';
import { Pyramid } from './pyramid';
import { rankOf } from '../../lib/partitionStatus';

const legend = ['none', 'current', 'missing'];
const { flat, patterned, gap } = ink('light');
const colour = (status: string) => flat[rankOf(status) ?? 0];

function surface(width: number, height: number) {
  return { width, height, pixels: new Uint32Array(width * height) };
}

it('lets no cell vanish, however many a pixel stands for', () => {
  for (const at of [0, 1, 49_999, 77_777, 99_999]) {
    const cells = [
      [1, at],
      [2, 1],
      [1, 99_999 - at],
    ].filter(([, n]) => n! > 0);
    const grid = decode(100_000, legend, [{ lane: 0, key: '', cells }]);
    const s = surface(300, 20);
    new Painter().paint(
      s,
      new Pyramid(grid),
      { x: 0, y: 0, kx: 300 / 100_000, ky: 20 },
      1,
      ink('light'),
    );
    expect(s.pixels.slice(0, 300)).toContain(colour('missing'));
    expect(s.pixels.slice(0, 300)).toContain(colour('current'));
  }
});

it('draws cells, gaps between them, and nothing beyond the grid', () => {
  const grid = decode(2, legend, [
    { lane: 0, key: '', cells: [[1, 2]] },
    {
      lane: 1,
      key: '',
      cells: [
        [1, 1],
        [2, 1],
      ],
    },
  ]);
  const s = surface(30, 24);
  new Painter().paint(s, new Pyramid(grid), { x: 0, y: 0, kx: 10, ky: 10 }, 1, ink('light'));
  const row = (y: number) => [...s.pixels.slice(y * 30, y * 30 + 30)];
  expect(
    row(0)
      .slice(0, 9)
      .every((p) => p === colour('current')),
  ).toBe(true);
  expect(row(0)[9]).toBe(gap);
  expect(
    row(0)
      .slice(20)
      .every((p) => p === gap),
  ).toBe(true);
  expect(row(9).every((p) => p === gap)).toBe(true);
  expect(row(20).every((p) => p === gap)).toBe(true);
  const rank = rankOf('missing') ?? 0;
  const lower = row(11).slice(10, 18);
  expect(lower).toEqual([...patterned.slice(rank * 64 + 8, rank * 64 + 16)]);
});

it('shows the same cells when it is moved by whole pixels', () => {
  const lanes = Array.from({ length: 5 }, (_, lane) => ({
    lane,
    key: String(lane),
    cells: Array.from({ length: 40 }, (_, i) => [(i * 7 + lane * 3) % 3, 1]),
  }));
  const grid = decode(40, legend, lanes);
  const pyramid = new Pyramid(grid);
  const painter = new Painter();
  const [a, b] = [surface(80, 40), surface(80, 40)];
  painter.paint(a, pyramid, { x: 0, y: 0, kx: 8, ky: 8 }, 1, ink('dark'));
  painter.paint(b, pyramid, { x: 3 / 8, y: 0, kx: 8, ky: 8 }, 1, ink('dark'));
  for (let x = 0; x < 77; x++) expect(b.pixels[x]).toBe(a.pixels[x + 3]);
});

it('draws a million cells from a level that is small', () => {
  const lanes = Array.from({ length: 1000 }, (_, lane) => ({
    lane,
    key: '',
    cells: [[1, 1000]],
  }));
  const grid = decode(1000, legend, lanes);
  const plot = { width: 400, height: 200 };
  const view = wholeView(grid, plot);
  const s = surface(400, 200);
  new Painter().paint(s, new Pyramid(grid), view, 1, ink('light'));
  expect(s.pixels.every((p) => p === colour('current'))).toBe(true);
});
