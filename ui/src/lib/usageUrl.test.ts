import { expect, it } from 'vitest';
import { parseUse, usageHref } from './usageUrl';

it('reads what it writes, and takes nothing that makes no sense', () => {
  const read = (href: string) => parseUse(new URL(href, 'http://x').searchParams);
  expect(usageHref()).toBe('/use');
  expect(read('/use')).toEqual({ tab: 'popular', days: 30 });
  const state = { tab: 'unused', days: 90 } as const;
  expect(read(usageHref(state))).toEqual(state);
  expect(read('/use?tab=x&days=99999')).toEqual({ tab: 'popular', days: 3660 });
  expect(read('/use?days=0').days).toBe(30);
});
