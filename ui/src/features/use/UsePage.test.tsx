import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import { useHref } from '../../lib/router';
import type { Asked } from '../../test/partitionSamples';
import { answering } from '../../test/partitionSamples';
import { UsePage } from './UsePage';

const times = { from: '2026-10-01T00:00:00Z', to: '2026-10-31T00:00:00Z', seq: 1 };
const popular: Schemas['PopularityAnswer'] = {
  days: 30,
  of: 40,
  datasets: [
    { nodeId: 'dataset:n:orders', uses: 120, rank: 1, percentile: 100 },
    { nodeId: 'dataset:n:mart', uses: 60, rank: 2, percentile: 97.4 },
  ],
  totalCount: 2,
  next_cursor: null,
  seq: 1,
};
const unused: Schemas['UnusedAnswer'] = {
  ...times,
  currency: 'EUR',
  datasets: [
    {
      nodeId: 'dataset:n:old',
      amount_micros: 12_500_000,
      bytes_written: 2048,
      last_used: '2026-08-01',
    },
    { nodeId: 'dataset:n:older', amount_micros: 0, bytes_written: 0, last_used: null },
  ],
  totalCount: 2,
  next_cursor: null,
};
const suggestions: Schemas['SuggestionsAnswer'] = {
  ...times,
  complete: false,
  currency: 'EUR',
  views: [
    {
      nodeId: 'dataset:n:view',
      reads: 90,
      measured_reads: 45,
      refreshes: 30,
      saves: { duration_ms: 600_000, bytes_scanned: 0, amount_micros: 2_000_000 },
    },
  ],
  totalCount: 1,
};

let asked: Asked[] = [];

function Page() {
  return <UsePage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(query: string, answers: Record<string, unknown>) {
  const server = answering(({ path }) => answers[path]);
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
  window.history.replaceState(null, '', `/use${query}`);
  render(<Page />);
}

it('lists the most used datasets with their rank', async () => {
  open('', { '/usage/popularity': popular });
  expect(await screen.findByText(/2 of 40 datasets were used/)).toBeVisible();
  expect(screen.getByRole('row', { name: /mart/ })).toHaveTextContent('2Datasetmartn6097.4%');
});

it('says how to report use where there is none', async () => {
  open('', { '/usage/popularity': { ...popular, datasets: [], totalCount: 0 } });
  expect(await screen.findByRole('link', { name: 'POST /api/v1/usage' })).toHaveAttribute(
    'href',
    '/docs#postUsage',
  );
});

it('lists what nobody used, what it cost, and within other days', async () => {
  open('?tab=unused', { '/usage/unused': unused });
  expect(await screen.findByRole('row', { name: /12.50 EUR/ })).toHaveTextContent(
    '12.50 EUR2.0 KiB2026-08-01',
  );
  expect(screen.getByRole('row', { name: /older/ })).toHaveTextContent('––never');
  await userEvent.selectOptions(screen.getByRole('combobox'), '90 days');
  expect(window.location.search).toBe('?tab=unused&days=90');
  await vi.waitFor(() => expect(asked.at(-1)?.query.get('days')).toBe('90'));
});

it('is glad where all is used', async () => {
  open('?tab=unused&days=12', { '/usage/unused': { ...unused, datasets: [], totalCount: 0 } });
  expect(await screen.findByText('Every dataset was used in the last 12 days.')).toBeVisible();
});

it('suggests tables, and says on what the estimate rests', async () => {
  open('?tab=suggestions', { '/usage/suggestions': suggestions });
  expect(await screen.findByRole('row', { name: /view/ })).toHaveTextContent(
    '90 45 measured302.00 EUR · 10 min',
  );
  expect(screen.getByText(/Only the 2,000 most used/)).toBeVisible();
});
