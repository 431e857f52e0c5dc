import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { EventsPage } from './EventsPage';

it('pages through events with the cursor of each page', async () => {
  const asked: (string | null)[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const cursor = new URL(request.url).searchParams.get('cursor');
    asked.push(cursor);
    const name = cursor ?? 'newest';
    return Response.json({
      events: [
        {
          eventType: 'COMPLETE',
          eventTime: '2026-10-01T00:00:00Z',
          job: { namespace: 'n', name },
          run: { runId: 'r/1' },
        },
      ],
      totalCount: 2,
      next_cursor: cursor === null ? 'older/+' : null,
    });
  });
  render(<EventsPage />);
  const list = await screen.findByRole('list', { name: 'Events' });
  expect(within(list).getByText('newest')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Older' }));
  expect(await within(list).findByText('older/+')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Older' })).toBeDisabled();
  await userEvent.click(screen.getByRole('button', { name: 'Newer' }));
  expect(await within(list).findByText('newest')).toBeVisible();
  expect(asked.slice(0, 2)).toEqual([null, 'older/+']);
});
