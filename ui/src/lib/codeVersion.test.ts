import { expect, it } from 'vitest';
import { versionText } from './codeVersion';

it('reads versions of code', () => {
  expect(versionText('declared:1.2:rc')).toBe('1.2:rc');
  expect(versionText('sql:1b6ba6d173d23dda2a2e3417316716c5')).toBe('sql 1b6ba6d1');
  expect(versionText('location:5b2e8fa')).toBe('location 5b2e8fa');
  expect(versionText('v7')).toBe('v7');
  expect(versionText('sql:')).toBe('sql:');
  expect(versionText(null)).toBe('no version');
});
