// Changes and verdicts in words.
import { moment } from '../../lib/format';
import { shortKey } from '../../lib/partitionKey';
import type { ChangeDetail, PartitionChange, Verdict } from './useInbox';

export const verdicts: { verdict: Verdict; text: string; about: string; kinds: string[] }[] = [
  {
    verdict: 'material',
    text: 'Material',
    about: 'The outputs differ: everything that it makes stale has to be run again.',
    kinds: ['code', 'data'],
  },
  {
    verdict: 'immaterial',
    text: 'Immaterial',
    about: 'The outputs are the same: nothing is stale for it.',
    kinds: ['code', 'data'],
  },
  {
    verdict: 'forward_only',
    text: 'Forward only',
    about: 'The new code counts from one partition on; what was before stays as it is.',
    kinds: ['code'],
  },
  {
    verdict: 'defer',
    text: 'Defer',
    about: 'Not now: it stays visible and is asked about again.',
    kinds: ['code', 'data'],
  },
];

// As it stands after it was decided.
const decidedTexts: Record<Verdict, string> = {
  material: 'material',
  immaterial: 'immaterial',
  forward_only: 'forward only',
  defer: 'deferred',
};

type Decision = ChangeDetail['history'][number];

// "forward only from 2026-10-01, by ada"
export function decisionText(d: Decision): string {
  const where = [
    d.from ? `from ${shortKey(d.from)}` : '',
    d.first || d.last
      ? `for ${d.first ? shortKey(d.first) : 'the first'} to ${d.last ? shortKey(d.last) : 'the last'}`
      : '',
    d.until ? `until ${moment(d.until)}` : '',
  ].filter((text) => text !== '');
  return `${[decidedTexts[d.verdict], ...where].join(' ')}, by ${d.author}`;
}

export function whatText(change: PartitionChange): string {
  return change.kind === 'code' ? 'New code' : 'Written again';
}
