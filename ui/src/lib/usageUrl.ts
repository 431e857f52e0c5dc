// The page about use as an address.
import { oneOf, queryText, wholeNumber } from './lineageUrl';

export const usageTabs = ['popular', 'unused', 'suggestions'] as const;
export type UseTab = (typeof usageTabs)[number];

export interface UseState {
  tab: UseTab;
  days: number; // of what is unused, and of suggestions
}

export const defaultUseDays = 30;
const mostDays = 3660;

export function parseUse(query: URLSearchParams): UseState {
  const days = wholeNumber(query.get('days')) || defaultUseDays;
  return {
    tab: oneOf(query.get('tab'), usageTabs, 'popular'),
    days: Math.min(mostDays, days),
  };
}

export function usageHref({
  tab = 'popular',
  days = defaultUseDays,
}: Partial<UseState> = {}): string {
  const text = queryText([
    ['tab', tab === 'popular' ? null : tab],
    ['days', days === defaultUseDays ? null : String(days)],
  ]);
  return text === '' ? '/use' : `/use?${text}`;
}
