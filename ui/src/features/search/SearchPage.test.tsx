import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { found, foundList } from '../../test/samples';
import { useHref } from '../../lib/router';
import { SearchPage } from './SearchPage';

const load = found({
  type: 'JOB',
  name: 'load',
  namespace: 's3://b',
  nodeId: 'job:s3://b:load',
  match: 'fuzzy',
  owners: ['team:x'],
  tags: ['gold'],
  highlights: [{ in: 'description', text: 'loads all', ranges: [[0, 4]] }],
});
const asked: string[] = [];
let answer = foundList([load]);

beforeEach(() => {
  asked.length = 0;
  answer = foundList([load]);
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request.url);
    return new URL(request.url).pathname.endsWith('/namespaces')
      ? Response.json({ namespaces: [{ name: 's3://b' }], totalCount: 1, next_cursor: null })
      : Response.json(answer);
  });
});

function Page() {
  return <SearchPage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(href: string) {
  window.history.replaceState(null, '', href);
  render(<Page />);
}

it('asks as its address says, and writes filters into it', async () => {
  open('/search?q=lo&filter=JOB');
  const results = await screen.findByRole('list', { name: 'Results' });
  expect(within(results).getByRole('link')).toHaveAttribute(
    'href',
    `/lineage/${encodeURIComponent('job:s3://b:load')}`,
  );
  expect(asked.find((url) => url.includes('/search'))).toContain('filter=JOB');
  await screen.findByRole('option', { name: 's3://b' });
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Namespace' }), 's3://b');
  expect(window.location.search).toBe('?q=lo&filter=JOB&namespace=s3%3A%2F%2Fb');
  await userEvent.type(screen.getByRole('textbox', { name: 'Tag' }), 'gold{Enter}');
  expect(window.location.search).toContain('&tag=gold');
  await vi.waitFor(() => expect(asked.at(-1)).toContain('tag=gold'));
});

it('says where and how it was found, and narrows by owner', async () => {
  open('/search?q=laod');
  const results = await screen.findByRole('list', { name: 'Results' });
  expect(results).toHaveTextContent('description loads all');
  expect(results.querySelector('mark')).toHaveTextContent('load');
  expect(results).toHaveTextContent('similar');
  await userEvent.click(within(results).getByRole('button', { name: 'team:x' }));
  expect(window.location.search).toBe('?q=laod&owner=team%3Ax');
});

it('says when not everything was searched', async () => {
  const cut = { reason: 'index_building' as const, frontier_count: 0, limit: null };
  answer = foundList([load], { complete: false, cut });
  open('/search?q=lo');
  expect(await screen.findByRole('alert')).toHaveTextContent('only names were searched so far');
});
