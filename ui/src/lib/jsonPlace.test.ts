import { expect, it } from 'vitest';
import { placeOf, syntaxError } from './jsonPlace';

const text = `{
  "currency": "USD",
  "prices": [
    {"unit": "slot_ms", "price": 1},
    {"unit": "a \\"b\\"", "price": "x"}
  ],
  "a/b": {"c~d": [true, null, -1.5e3]}
}`;

it('finds the value of a pointer', () => {
  expect(placeOf(text, '')).toEqual({ line: 1, column: 1 });
  expect(placeOf(text, '/prices/0')).toEqual({ line: 4, column: 5 });
  expect(placeOf(text, '/prices/1/price')).toEqual({ line: 5, column: 34 });
  expect(placeOf(text, '/a~1b/c~0d/2')).toMatchObject({ line: 7 });
});

it('finds what a missing member should be in', () => {
  expect(placeOf(text, '/prices/0/per')).toEqual({ line: 4, column: 5 });
  expect(placeOf(text, '/energy/3/unit')).toEqual({ line: 1, column: 1 });
});

it('says where a text stops being JSON', () => {
  expect(syntaxError(text)).toBeNull();
  expect(syntaxError('{\n "a": 1,\n}')).toEqual({ line: 3, column: 1 });
  expect(syntaxError('{"a": 1} x')).toEqual({ line: 1, column: 10 });
  expect(syntaxError('')).toEqual({ line: 1, column: 1 });
  expect(syntaxError('{"\\u12": 1}')).not.toBeNull();
  expect(placeOf('{', '/a')).toBeNull();
});
