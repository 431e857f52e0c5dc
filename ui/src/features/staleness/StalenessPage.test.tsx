import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { useHref } from '../../lib/router';
import type { Asked } from '../../test/partitionSamples';
import { answering, counts, explanation, staleness } from '../../test/partitionSamples';
import { StalenessPage } from './StalenessPage';

let asked: Asked[] = [];

const orders = {
  nodeId: 'dataset:n:orders',
  counts: counts({ current: 10, stale: 12, by_code: 8, by_inputs: 4, maybe: 6, missing: 3 }),
  ranges: [
    { first: 'date=2026-10-01', last: 'date=2026-10-12', count: 12, status: 'stale' as const },
  ],
  ranges_more: true,
};

beforeEach(() => {
  const server = answering(({ path, query }) => {
    if (path === '/partitions/explain') return explanation();
    if (path !== '/staleness') return undefined;
    if (query.get('cursor') === 'c2') {
      return staleness([{ ...orders, nodeId: 'dataset:n:later' }]);
    }
    return query.get('status') === 'orphaned' ? staleness([]) : staleness([orders], { next: 'c2' });
  });
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
});

function Page() {
  return <StalenessPage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(query = '') {
  window.history.replaceState(null, '', `/staleness${query}`);
  render(<Page />);
}

it('says which datasets are stale, how many partitions at least and at most, and for what', async () => {
  open();
  const row = await screen.findByRole('row', { name: /orders/ });
  expect(row).toHaveTextContent('12 – 18');
  expect(row).toHaveTextContent('code 8 · inputs 4');
  expect(within(row).getByRole('img')).toHaveAccessibleName(
    'orders: 12 stale, 3 missing, 6 maybe stale, 4 current',
  );
  expect(asked[0]?.query.get('status')).toBe('stale,missing,maybe,failed,unknown,unrecoverable');
  expect(screen.getByRole('region', { name: 'In all' })).toHaveTextContent(
    '12 – 20 stale, 3 missing',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect(await screen.findByRole('row', { name: /later/ })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
});

it('tells the cause of a dataset when it is asked for', async () => {
  open();
  await userEvent.click(await screen.findByRole('button', { name: 'Why orders' }));
  expect(await screen.findByText(/The code of/)).toHaveTextContent('build changed from v1 to v2');
  expect(asked.find((a) => a.path === '/partitions/explain')?.query.get('key')).toBe(
    'date=2026-10-01',
  );
  const ranges = screen.getByRole('list', { name: 'Ranges of orders' });
  expect(within(ranges).getByText('and more')).toBeVisible();
  expect(window.location.search).toBe('?open=dataset%3An%3Aorders');
});

it('asks for one status, or for what is downstream of a dataset', async () => {
  open('?nodeId=dataset%3An%3Aorders');
  await screen.findByRole('row', { name: /orders/ });
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Show' }), 'downstream');
  await vi.waitFor(() => expect(asked.at(-1)?.query.get('scope')).toBe('downstream'));
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Status' }), 'orphaned');
  expect(await screen.findByText(/every partition that is expected is current/)).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'All datasets' }));
  expect(window.location.search).toBe('?status=orphaned');
});
