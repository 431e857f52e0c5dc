import { expect, it } from 'vitest';
import { csv } from './download';

it('quotes what needs quotes', () => {
  expect(csv([['a', 'b,c', 'd"e', null, 3]])).toBe('a,"b,c","d""e",,3\r\n');
});

it('keeps a name from being run as a formula', () => {
  expect(csv([['=1+1', '@x', 'a=b', -2]])).toBe("'=1+1,'@x,a=b,-2\r\n");
});
