import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { QuarantinePage } from './QuarantinePage';

const item = {
  seq: 7,
  received_at: '2026-10-01T00:00:00.000000Z',
  reason: 'job.name is missing',
  pointer: '/job/name',
  producer: 'p',
  replayed_as: null,
};

function serve(replay: () => Response) {
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith('/replay')) return replay();
      if (pathname.endsWith('/7'))
        return Response.json({ ...item, event: { job: { namespace: 'ä' } } });
      return Response.json({ events: [item], totalCount: 1, next_cursor: null });
    }),
  );
}

it('shows why, and what was sent', async () => {
  serve(() => Response.error());
  render(<QuarantinePage />);
  expect(await screen.findByText('job.name is missing')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Show event' }));
  expect(await screen.findByLabelText('Event 7 as it was sent')).toHaveTextContent('"ä"');
});

it('tells what became of a replay', async () => {
  serve(() =>
    Response.json({ seq: 9, status: 'stored', nodes_added: 2, edges_added: 1, edges_retired: 0 }),
  );
  render(<QuarantinePage />);
  await userEvent.click(await screen.findByRole('button', { name: 'Replay' }));
  expect(await screen.findByText(/Applied as 9 \(stored\): 2 nodes and 1 edge/)).toBeVisible();
});

it('tells why it still cannot be applied', async () => {
  serve(() =>
    Response.json(
      {
        type: '/docs/errors/invalid-event',
        title: 'Not an OpenLineage event',
        status: 400,
        detail: 'job.name is missing',
        code: 'invalid-event',
      },
      { status: 400 },
    ),
  );
  render(<QuarantinePage />);
  await userEvent.click(await screen.findByRole('button', { name: 'Replay' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Not an OpenLineage event');
});
