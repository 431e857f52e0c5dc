import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import { server } from '../../test/samples';
import type { NodeDetailProps } from './NodeDetail';
import { NodeDetail } from './NodeDetail';
import { UseOfDataset } from './UseSection';

const at = '2026-10-03T10:00:00.000000Z';

function usage(more: Partial<Schemas['UsageAnswer']> = {}): Schemas['UsageAnswer'] {
  return {
    nodeId: 'dataset:n:orders',
    from: '2026-10-01T00:00:00.000000Z',
    to: '2026-10-05T00:00:00.000000Z',
    total: 12,
    daily: [
      { day: '2026-10-01', count: 9 },
      { day: '2026-10-03', count: 3 },
    ],
    consumers: [
      { nodeId: 'consumer:looker:dashboard:Revenue', count: 9, days: 1, last_used: at },
      { nodeId: 'consumer:idp:user:ada', count: 3, days: 1, last_used: at },
    ],
    consumers_total: 2,
    columns: [{ name: 'amount', count: 12 }],
    columns_total: 1,
    purposes: [{ name: 'weekly review', count: 9 }],
    purposes_total: 1,
    queries: [{ fingerprint: 'a81f', count: 3, duration_ms: 9000, bytes_scanned: 3 * 1024 ** 3 }],
    queries_total: 1,
    popularity: { uses: 12, rank: 2, percentile: 97.5, of: 41, days: 30 },
    seq: 1,
    ...more,
  };
}

const unused: Schemas['UnusedColumnsAnswer'] = {
  nodeId: 'dataset:n:orders',
  from: '2026-10-01T00:00:00.000000Z',
  to: '2026-10-05T00:00:00.000000Z',
  uses: 12,
  all_reports_name_columns: false,
  columns: ['note'],
  columns_total: 3,
  unused: 1,
  seq: 1,
};

function show(answer: Schemas['UsageAnswer']) {
  vi.stubGlobal('fetch', server({ '/usage': answer, '/usage/unused-columns': unused }));
  render(<UseOfDataset nodeId="dataset:n:orders" nodeHref={(id) => `/at/${id}`} />);
}

it('says where a dataset stands, who uses it and what of it', async () => {
  show(usage());
  expect(await screen.findByText(/used more than 97.5% of the others/)).toHaveTextContent(
    'No. 2 of 41 datasets by use',
  );
  const consumers = screen.getByRole('list', { name: 'Consumers' });
  expect(within(consumers).getAllByRole('listitem')[0]).toHaveTextContent(
    'ConsumerRevenuedashboard in looker9 uses on 1 day',
  );
  expect(within(consumers).getByRole('link', { name: /Revenue/ })).toHaveAttribute(
    'href',
    '/at/consumer:looker:dashboard:Revenue',
  );
  expect(screen.getByRole('img')).toHaveAccessibleName(
    '12 uses in 4 days, the most 9 on 2026-10-01',
  );
  expect(screen.getByRole('list', { name: 'Queries' })).toHaveTextContent(
    'a81f3 uses, 3 s each, 1.0 GiB each',
  );
  expect(await screen.findByRole('list', { name: 'Unused columns' })).toHaveTextContent('note');
  expect(screen.getByText(/Some reports name no columns/)).toBeVisible();
});

it('shows a few of many and says how many there are that the server does not list', async () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ name: `column_${i}`, count: 20 - i }));
  show(usage({ columns: many, columns_total: 1500 }));
  const list = await screen.findByRole('list', { name: 'Columns used' });
  expect(within(list).getAllByRole('listitem')).toHaveLength(8);
  await userEvent.click(screen.getByRole('button', { name: 'All 20' }));
  expect(within(list).getAllByRole('listitem')).toHaveLength(20);
  expect(screen.getByText('The first 20 of 1,500.')).toBeVisible();
});

it('says how to report use where there is none', async () => {
  const rank = { uses: 0, rank: null, percentile: 0, of: 41, days: 30 };
  show(usage({ total: 0, daily: [], consumers: [], popularity: rank }));
  expect(await screen.findByText(/Not used in the last 30 days, of 41 datasets/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'POST /api/v1/usage' })).toHaveAttribute(
    'href',
    '/docs#postUsage',
  );
  expect(screen.queryByRole('img')).toBeNull();
});

it('shows what a consumer is and reads', async () => {
  const id = 'consumer:looker:dashboard:Revenue';
  const read = { nodeId: 'dataset:n:orders', count: 9, days: 1, last_used: at };
  vi.stubGlobal(
    'fetch',
    server({ '/usage': usage({ nodeId: id, total: 9, datasets: [read], datasets_total: 1 }) }),
  );
  const props: NodeDetailProps = {
    id,
    hint: null,
    asOf: null,
    knownAt: null,
    neighbours: { upstream: ['dataset:n:orders'], downstream: [] },
    edgeHref: (from, to) => `/edge/${from}>${to}`,
    nodeHref: (node) => `/node/${node}`,
    runHref: (run) => `/run/${run}`,
    profile: { column: null, onColumn: () => {} },
  };
  render(<NodeDetail {...props} />);
  const list = await screen.findByRole('list', { name: 'Datasets it reads' });
  expect(within(list).getByRole('link', { name: /orders/ })).toHaveAttribute(
    'href',
    '/node/dataset:n:orders',
  );
  expect(screen.getByText('dashboard')).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});
