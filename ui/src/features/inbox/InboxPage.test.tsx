import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { useHref } from '../../lib/router';
import type { Asked } from '../../test/partitionSamples';
import { answering, change, changeDetail, decision, refusal } from '../../test/partitionSamples';
import { InboxPage } from './InboxPage';

const head = { seq: 1, evaluated_at: '2026-11-26T14:00:00Z', complete: true, cut: null };
let asked: Asked[] = [];
let decided = false;
let refuse = false;

beforeEach(() => {
  localStorage.clear();
  decided = false;
  refuse = false;
  const server = answering(({ method, path, query }) => {
    if (path === '/changes/311/decision') {
      if (refuse) return refusal('conflict', 409, 'The change is not open any more.');
      decided = method === 'POST';
      return { seq: 401, decision: decided ? decision() : null };
    }
    const now = decided ? decision() : null;
    if (path === '/changes/311') {
      const history = decided ? [decision()] : [decision({ seq: 390, revoked_by: 395 })];
      return changeDetail({ decision: now, history });
    }
    if (path !== '/changes') return undefined;
    const code = change({ decision: now });
    const data = change({
      id: '305.17',
      kind: 'data',
      nodeId: 'dataset:n:raw',
      run: 'run-9',
      from: null,
      to: null,
      ranges: [{ first: 'date=2026-10-03', last: 'date=2026-10-03', count: 1 }],
    });
    const changes = [code, data].filter(
      (c) =>
        (query.get('kind') ?? c.kind) === c.kind &&
        (query.get('status') === 'all' ||
          (c.decision === null) === (query.get('status') === 'open')),
    );
    return { ...head, changes, total: changes.length, next: null };
  });
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
});

function Page() {
  return <InboxPage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(query = '') {
  window.history.replaceState(null, '', `/changes${query}`);
  render(<Page />);
}

const article = (name: string) => screen.findByRole('article', { name });

it('lists what changed, from what to what, and what it makes stale', async () => {
  open();
  const code = await article('New code: build');
  expect(code).toHaveTextContent('v1 → v2');
  expect(code).toHaveTextContent('12 – 20 stale in 2 – 3 datasets');
  const data = await article('Written again: raw');
  expect(data).toHaveTextContent('2026-10-03 by run run-9');
  expect(screen.getByText('2 changes')).toBeVisible();
});

it('filters by kind and state, in its address', async () => {
  open();
  await article('New code: build');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Of' }), 'data');
  await vi.waitFor(() => expect(screen.queryByRole('article', { name: /New code/ })).toBeNull());
  expect(window.location.search).toBe('?kind=data');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Show' }), 'decided');
  expect(await screen.findByText('None.')).toBeVisible();
});

it('is decided with a name and a reason, and the decision can be undone', async () => {
  open();
  await userEvent.click(
    within(await article('New code: build')).getByRole('button', { name: 'Decide' }),
  );
  const entry = await article('New code: build');
  await userEvent.click(await within(entry).findByRole('button', { name: 'Immaterial' }));
  expect(within(entry).getByText(/At most 12 partitions in 2 datasets/)).toBeVisible();
  const form = within(entry).getByRole('form', { name: 'Immaterial: decide' });
  const submit = within(form).getByRole('button', { name: 'Decide: immaterial' });
  expect(submit).toBeDisabled();
  await userEvent.type(within(form).getByRole('textbox', { name: 'Your name' }), 'grace');
  await userEvent.type(within(form).getByRole('textbox', { name: 'Reason' }), 'only a comment');
  await userEvent.click(submit);
  expect(asked.find((a) => a.method === 'POST')?.body).toEqual({
    verdict: 'immaterial',
    author: 'grace',
    reason: 'only a comment',
  });
  // It is decided, so it is not among the open ones; what was decided stays in sight.
  const shown = await screen.findByRole('region', { name: 'Change 311' });
  expect(await within(shown).findByText('immaterial, by grace')).toBeVisible();
  await userEvent.click(within(shown).getByRole('button', { name: 'Undo' }));
  const undo = within(shown).getByRole('form', { name: 'Undo the decision' });
  expect(within(undo).getByRole('textbox', { name: 'Your name' })).toHaveValue('grace');
  await userEvent.click(within(undo).getByRole('button', { name: 'Undo the decision' }));
  const revoked = asked.find((a) => a.method === 'DELETE');
  expect(revoked?.path).toBe('/changes/311/decision');
  expect(revoked?.query.get('author')).toBe('grace');
  expect(await within(await article('New code: build')).findByText(/None yet/)).toBeVisible();
});

it('asks from which partition on new code counts', async () => {
  open('?open=311');
  const entry = await article('New code: build');
  await userEvent.click(await within(entry).findByRole('button', { name: 'Forward only' }));
  await userEvent.selectOptions(
    within(entry).getByRole('combobox', { name: 'For' }),
    'dataset:n:orders',
  );
  await userEvent.type(
    within(entry).getByRole('textbox', { name: 'New code from partition' }),
    'date=2026-11-01',
  );
  await userEvent.type(within(entry).getByRole('textbox', { name: 'Your name' }), 'ada');
  await userEvent.click(within(entry).getByRole('button', { name: 'Decide: forward only' }));
  expect(asked.find((a) => a.method === 'POST')?.body).toEqual({
    verdict: 'forward_only',
    dataset: 'dataset:n:orders',
    from: 'date=2026-11-01',
    author: 'ada',
    reason: null,
  });
});

it('defers until a moment, and keeps the form when it is refused', async () => {
  refuse = true;
  open('?open=311');
  const entry = await article('New code: build');
  await userEvent.click(await within(entry).findByRole('button', { name: 'Defer' }));
  await userEvent.type(within(entry).getByRole('textbox', { name: 'Until' }), '2026-12-01');
  await userEvent.type(within(entry).getByRole('textbox', { name: 'Your name' }), 'ada');
  await userEvent.click(within(entry).getByRole('button', { name: 'Decide: defer' }));
  expect(asked.find((a) => a.method === 'POST')?.body).toMatchObject({
    verdict: 'defer',
    until: '2026-12-01T00:00:00Z',
  });
  expect(await within(entry).findByRole('alert')).toHaveTextContent('not open any more');
  expect(within(entry).getByRole('textbox', { name: 'Your name' })).toHaveValue('ada');
});

it('has no forward-only for data, and leads to lineage, diff and a plan', async () => {
  open('?open=311');
  const entry = await article('New code: build');
  const href = async (name: string) =>
    (await within(entry).findByRole('link', { name })).getAttribute('href');
  expect(await href('Lineage')).toBe('/lineage/job%3An%3Abuild');
  expect(await href('What changed then')).toContain('compare_to=2026-11-25T09%3A11%3A00Z');
  expect(await href('Plan for this change')).toBe('/plans/new?change=311');
  expect(await href('2026-10-04 to 2026-10-07')).toContain(
    '/partitions?nodeId=dataset%3An%3Aorders',
  );
});
