import { expect, it } from 'vitest';
import { found } from '../../test/samples';
import { nameAndMore, pieces } from './highlights';

it('cuts a text into found and other pieces', () => {
  expect(
    pieces('orders_daily', [
      [7, 12],
      [0, 3],
    ]),
  ).toEqual([
    { text: 'ord', found: true },
    { text: 'ers_', found: false },
    { text: 'daily', found: true },
  ]);
  expect(pieces('abc', [])).toEqual([{ text: 'abc', found: false }]);
});

it('is not led astray by ranges that overlap or lie outside', () => {
  const cut = pieces('a😀b', [
    [0, 3],
    [1, 99],
    [5, 2],
  ]);
  expect(cut.map((p) => p.text).join('')).toBe('a😀b');
  expect(cut.every((p) => p.found)).toBe(true);
});

it('tells the name from other places', () => {
  const { name, more } = nameAndMore(
    found({
      highlights: [
        { in: 'name', text: 'orders', ranges: [[0, 3]] },
        { in: 'column', text: 'order_id', ranges: [[0, 3]] },
        { in: 'namespace', text: 'n', ranges: [] },
      ],
    }),
  );
  expect(name[0]).toEqual({ text: 'ord', found: true });
  expect(more.map((m) => m.in)).toEqual(['column']);
});
