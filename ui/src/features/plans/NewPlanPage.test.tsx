import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { useHref } from '../../lib/router';
import { parsePlanDraft } from '../../lib/partitionUrl';
import type { Asked } from '../../test/partitionSamples';
import { answering, explanation, plan } from '../../test/partitionSamples';
import { NewPlanPage } from './NewPlanPage';
import { bodyOf, noExtras, wrongExtras } from './planBody';
import { PlansPage } from './PlansPage';

let asked: Asked[] = [];

beforeEach(() => {
  localStorage.setItem('headwater.author', 'ada');
  const server = answering(({ method, path, body }) => {
    if (path === '/partitions/explain') return explanation();
    if (path === '/plans' && method === 'GET') {
      return { plans: [plan(), plan({ id: '9', name: null, state: 'done' })], next: null };
    }
    if (path !== '/plans') return undefined;
    const dry = (body as { dry_run: boolean }).dry_run;
    return Response.json(plan({ id: dry ? null : '430' }), { status: dry ? 200 : 201 });
  });
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
});

function Page() {
  return <NewPlanPage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(query: string) {
  window.history.replaceState(null, '', `/plans/new${query}`);
  render(<Page />);
}

const posts = () => asked.filter((a) => a.method === 'POST').map((a) => a.body);

it('is worked out, and kept only when that is said', async () => {
  open('?change=311');
  await userEvent.click(screen.getByRole('checkbox', { name: 'maybe stale' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Partitions at most' }), '1,000');
  await userEvent.click(screen.getByRole('button', { name: 'Work it out' }));
  const preview = await screen.findByRole('group', { name: 'Dry run' });
  expect(within(preview).getByText('8 – 14')).toBeVisible();
  expect(posts()).toEqual([
    {
      changes: ['311'],
      include: ['stale', 'missing'],
      budget: { partitions: 1000 },
      author: 'ada',
      reason: null,
      dry_run: true,
    },
  ]);
  await userEvent.click(screen.getByRole('button', { name: 'Keep as a draft' }));
  await vi.waitFor(() => expect(window.location.pathname).toBe('/plans/430'));
  expect(posts()[1]).toMatchObject({ changes: ['311'], dry_run: false });
});

it('wants another dry run when something else is asked', async () => {
  open('?nodeId=dataset%3An%3Aorders');
  await userEvent.click(screen.getByRole('button', { name: 'Work it out' }));
  await screen.findByRole('button', { name: 'Keep as a draft' });
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'And' }), 'none');
  expect(screen.getByText(/of what was asked before/)).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Work it out' }));
  await screen.findByRole('button', { name: 'Keep as a draft' });
  expect(posts()[1]).toMatchObject({
    scope: { nodeIds: ['dataset:n:orders'], direction: 'none' },
    dry_run: true,
  });
});

it('leaves out what is due for refresh when that is said', async () => {
  open('?nodeId=dataset%3An%3Aorders');
  const due = screen.getByRole('checkbox', { name: 'due for refresh' });
  expect(due).toBeChecked();
  await userEvent.click(screen.getByRole('button', { name: 'Work it out' }));
  await screen.findByRole('button', { name: 'Keep as a draft' });
  expect(posts()[0]).not.toHaveProperty('refresh');
  await userEvent.click(due);
  expect(window.location.search).toContain('refresh=no');
  expect(screen.getByRole('checkbox', { name: 'due for refresh' })).not.toBeChecked();
  await userEvent.click(screen.getByRole('button', { name: 'Work it out' }));
  await screen.findByRole('button', { name: 'Keep as a draft' });
  expect(posts()[1]).toMatchObject({ refresh: false });
});

it('has no say about refresh where changes are chosen', () => {
  open('?change=311');
  expect(screen.queryByRole('checkbox', { name: 'due for refresh' })).toBeNull();
});

it('takes the end of what was chosen on a heat map as its end', async () => {
  open('?nodeId=dataset%3An%3Aorders&from=date%3D2026-10-02&to=date%3D2026-10-04');
  expect(await screen.findByText(/2026-10-05 00:00:00 UTC/)).toHaveTextContent(
    'From 2026-10-02 to 2026-10-04 of orders',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Work it out' }));
  await screen.findByRole('group', { name: 'Dry run' });
  expect(posts()[0]).toMatchObject({ until: '2026-10-05T00:00:00Z' });
});

it('sends nothing that is not a number', async () => {
  const extras = { ...noExtras, hours: 'many', cost: '12.5', tolerance: '2' };
  expect(wrongExtras(extras)).toEqual(['hours']);
  const body = bodyOf(parsePlanDraft(new URLSearchParams()), extras);
  expect(body.budget).toEqual({ cost_micros: 12_500_000 });
  expect(body.tolerance).toBe(2);
  open('');
  await userEvent.type(screen.getByRole('textbox', { name: 'Cost at most' }), 'much');
  expect(screen.getByRole('button', { name: 'Work it out' })).toBeDisabled();
});

it('is in the list with its state and progress', async () => {
  render(<PlansPage params={new URLSearchParams()} />);
  const list = await screen.findByRole('list', { name: 'Plans' });
  const [first] = await within(list).findAllByRole('listitem');
  expect(first).toHaveTextContent('Rounding fix');
  expect(first).toHaveTextContent('8 – 14 partitions in 2 datasets, 10 min – 15 min');
  expect(within(first!).getByRole('progressbar')).toHaveAttribute('aria-valuetext', '14 pending');
  expect(within(list).getByRole('link', { name: 'Plan 9' })).toHaveAttribute('href', '/plans/9');
});
