import { render, screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { dataset, job, run, server } from '../../test/samples';
import type { NodeDetailProps } from './NodeDetail';
import { NodeDetail } from './NodeDetail';

const props: NodeDetailProps = {
  id: 'dataset:n:orders',
  hint: { type: 'DATASET', namespace: 'n', name: 'orders' },
  asOf: null,
  knownAt: null,
  neighbours: { upstream: ['job:n:load'], downstream: [] },
  edgeHref: (from, to) => `/edge/${from}>${to}`,
  nodeHref: (id) => `/node/${id}`,
  runHref: (id) => `/run/${encodeURIComponent(id)}`,
  profile: { column: null, onColumn: () => {} },
};
const usage = {
  nodeId: 'dataset:n:orders',
  from: '2026-10-01T00:00:00Z',
  to: '2026-10-31T00:00:00Z',
  total: 0,
  daily: [],
  seq: 1,
};
const none = { versions: [], totalCount: 0, next_cursor: null };

it('shows a dataset with its schema, owners and neighbours', async () => {
  const orders = dataset({
    description: 'All orders.',
    fields: [{ name: 'cents', type: 'BIGINT', tags: ['money'], description: 'after discounts' }],
    owners: ['team:x'],
  });
  vi.stubGlobal(
    'fetch',
    server({
      '/namespaces/n/datasets/orders': orders,
      '/namespaces/n/datasets/orders/versions': none,
      '/usage': usage,
      '/monitors': { at: '', seq: 1, monitors: [], next_cursor: null },
      '/anomalies': { anomalies: [], totalCount: 0, next_cursor: null },
      '/profiles': {
        nodeId: 'dataset:n:orders',
        from: '2026-07-01T00:00:00Z',
        to: '2026-10-01T00:00:00Z',
        seq: 1,
        profiles: [],
        totalCount: 0,
        next_cursor: null,
      },
    }),
  );
  render(<NodeDetail {...props} />);
  expect(await screen.findByText('All orders.')).toBeVisible();
  expect(screen.getByRole('row', { name: /cents.*after discounts.*BIGINT/ })).toBeVisible();
  expect(within(screen.getByRole('list', { name: 'Owners' })).getByText('team:x')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Evidence of the edge with load' })).toHaveAttribute(
    'href',
    '/edge/job:n:load>dataset:n:orders',
  );
});

it('shows a job with its runs and code', async () => {
  vi.stubGlobal(
    'fetch',
    server({
      '/namespaces/n/jobs/load': job({
        latestRuns: [run({ state: 'FAILED' })],
        facets: { sql: { query: 'SELECT 1' } },
        location: 'javascript:alert(1)',
      }),
      '/namespaces/n/jobs/load/versions': none,
    }),
  );
  render(
    <NodeDetail {...props} id="job:n:load" hint={{ type: 'JOB', namespace: 'n', name: 'load' }} />,
  );
  expect(await screen.findByText('SELECT 1')).toBeVisible();
  expect(screen.getByRole('link', { name: /failed/ })).toHaveAttribute('href', '/run/run%2F1');
  expect(screen.queryByRole('link', { name: /javascript/ })).toBeNull();
});

it('lets the server find out what an id means', async () => {
  vi.stubGlobal(
    'fetch',
    server({
      '/lineage': {
        graph: [{ id: 'dataset:a:b:c', type: 'DATASET', data: { namespace: 'a:b', name: 'c' } }],
      },
      '/namespaces/a:b/datasets/c': dataset({ description: 'found' }),
      '/namespaces/n/datasets/orders/versions': none,
      '/usage': usage,
      '/monitors': { at: '', seq: 1, monitors: [], next_cursor: null },
      '/anomalies': { anomalies: [], totalCount: 0, next_cursor: null },
      '/profiles': {
        nodeId: 'dataset:n:orders',
        from: '2026-07-01T00:00:00Z',
        to: '2026-10-01T00:00:00Z',
        seq: 1,
        profiles: [],
        totalCount: 0,
        next_cursor: null,
      },
    }),
  );
  render(<NodeDetail {...props} id="dataset:a:b:c" hint={null} />);
  expect(await screen.findByText('found')).toBeVisible();
});

it('is calm about a time before the node', async () => {
  vi.stubGlobal('fetch', server({}));
  render(<NodeDetail {...props} asOf="2026-09-01T00:00:00Z" />);
  expect(await screen.findByText('It was not there yet at 2026-09-01 00:00:00 UTC.')).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

it('says what went wrong', async () => {
  vi.stubGlobal('fetch', server({}));
  render(<NodeDetail {...props} />);
  expect(await screen.findByRole('alert')).toHaveTextContent('Not found');
});
