import { render, screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { HomePage } from './HomePage';

const stats = {
  seq: 3,
  events: 3,
  duplicates: 0,
  datasets: 2,
  jobs: 1,
  runs: 1,
  fields: 0,
  placeholders: { datasets: 0, jobs: 0, runs: 0 },
  namespaces: 1,
  edges_current: 2,
  edges_total: 2,
  quarantined: 0,
  size_bytes: 4096,
};
const job = {
  nodeId: 'job:n:load',
  namespace: 'n',
  name: 'load',
  latestRun: {
    id: 'r/1',
    state: 'FAILED',
    endedAt: '2026-10-01T00:00:00Z',
    startedAt: null,
    updatedAt: '',
    facets: { errorMessage: { message: 'no such column\nat line 3' } },
  },
};

function serve(more: Partial<typeof stats>) {
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const url = new URL(request.url);
      if (url.pathname.endsWith('/stats')) return Response.json({ ...stats, ...more });
      return Response.json({ jobs: [job], totalCount: 1, next_cursor: null });
    }),
  );
}

it('shows what failed, with the first line of why', async () => {
  serve({});
  render(<HomePage search={null} />);
  const failing = await screen.findByRole('region', { name: 'Failing jobs' });
  expect(await within(failing).findByText('no such column')).toBeVisible();
  expect(within(failing).getByRole('link', { name: /failed/ })).toHaveAttribute(
    'href',
    '/runs/r%2F1',
  );
});

it('helps with an empty store', async () => {
  serve({ events: 0 });
  render(<HomePage search={null} />);
  expect(await screen.findByRole('region', { name: 'Getting started' })).toHaveTextContent('curl');
});

it('points to the quarantine when something is there', async () => {
  serve({ quarantined: 2 });
  render(<HomePage search={null} />);
  expect(await screen.findByRole('link', { name: /2 events in quarantine/ })).toHaveAttribute(
    'href',
    '/quarantine',
  );
});
