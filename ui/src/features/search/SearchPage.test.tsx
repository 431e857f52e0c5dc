import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { SearchPage } from './SearchPage';

it('asks as its address says, and writes filters into it', async () => {
  const fetch = vi.fn(async (request: Request) =>
    new URL(request.url).pathname.endsWith('/namespaces')
      ? Response.json({ namespaces: [{ name: 's3://b' }], totalCount: 1, next_cursor: null })
      : Response.json({
          totalCount: 1,
          results: [
            {
              type: 'JOB',
              name: 'load',
              namespace: 's3://b',
              nodeId: 'job:s3://b:load',
              updatedAt: '',
              placeholder: false,
            },
          ],
        }),
  );
  vi.stubGlobal('fetch', fetch);
  render(<SearchPage params={new URLSearchParams('q=lo&filter=JOB')} />);
  const results = await screen.findByRole('list', { name: 'Results' });
  expect(within(results).getByRole('link')).toHaveAttribute(
    'href',
    `/lineage/${encodeURIComponent('job:s3://b:load')}`,
  );
  const asked = fetch.mock.calls
    .map(([request]) => request.url)
    .find((url) => url.includes('/search'));
  expect(asked).toContain('filter=JOB');
  await screen.findByRole('option', { name: 's3://b' });
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Namespace' }), 's3://b');
  expect(window.location.search).toBe('?q=lo&filter=JOB&namespace=s3%3A%2F%2Fb');
});
