import { expect, it } from 'vitest';
import { csv } from './csv';

it('quotes what needs it, and lets no text be a formula', () => {
  expect(
    csv([
      ['name', 'value'],
      ['a,"b"\nc', -3],
      ['=1+1', null],
      ['@x', 0.5],
    ]),
  ).toBe('name,value\r\n"a,""b""\nc",-3\r\n\'=1+1,\r\n\'@x,0.5\r\n');
});
