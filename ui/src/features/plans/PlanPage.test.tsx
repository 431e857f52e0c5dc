import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import type { Asked } from '../../test/partitionSamples';
import { answering, plan, refusal, task } from '../../test/partitionSamples';
import { PlanPage } from './PlanPage';

type Plan = Schemas['Plan'];
let asked: Asked[] = [];
let shown: Plan = plan();
let refuse = false;

const tasks = [
  task(),
  task({
    task: 2,
    wave: 2,
    nodeId: 'dataset:n:mart',
    upstream: [1],
    count: 6,
    definite: false,
    reason: 'maybe',
    probability: 0.4,
    state: 'pending',
    progress: { done: 0, skipped: 0, running: 0, failed: 0, blocked: 0, pending: 6 },
  }),
];
const leased = task({
  state: 'leased',
  progress: { done: 3, skipped: 0, running: 5, failed: 0, blocked: 0, pending: 0 },
  leases: [
    {
      token: '440-1',
      worker: 'airflow-7',
      first: 'date=2026-10-04',
      last: 'date=2026-10-08',
      expires_at: '2026-11-26T15:00:00Z',
    },
  ],
});

const progress = (more: Partial<Schemas['PartitionProgress']>) =>
  ({ done: 0, skipped: 0, running: 0, failed: 0, blocked: 0, pending: 0, ...more }) as never;

beforeEach(() => {
  localStorage.clear();
  shown = plan();
  refuse = false;
  const server = answering(({ method, path, query }) => {
    if (path === '/plans/430/tasks') {
      const all = shown.state === 'executing' ? [leased, ...tasks.slice(1)] : tasks;
      const state = query.get('state');
      return { tasks: all.filter((t) => state === null || t.state === state), next: null };
    }
    if (path === '/plans/430' && method === 'GET') return shown;
    if (method !== 'POST') return undefined;
    if (refuse) return refusal('conflict', 409, 'It is executing already.');
    const action = path.split('/').at(-1);
    shown = plan({ state: action === 'approve' ? 'approved' : 'paused', updated_at: 'later' });
    return shown;
  });
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
});

it('shows what it comes to, at least, probably and at most', async () => {
  shown = plan({
    warnings: [{ nodeId: 'dataset:n:mart', code: 'x', message: 'Cannot be run by range.' }],
    left_out: [
      {
        nodeId: 'dataset:n:big',
        reason: 'budget',
        ranges: [{ first: 'date=2026-01-01', last: 'date=2026-01-31', count: 31 }],
      },
    ],
  });
  render(<PlanPage id="430" />);
  expect(await screen.findByRole('heading', { name: 'Rounding fix', level: 1 })).toBeVisible();
  expect(screen.getByText('8 – 14')).toBeVisible();
  expect(screen.getByText('11 expected')).toBeVisible();
  expect(screen.getByRole('region', { name: 'Warnings' })).toHaveTextContent(
    'mart: Cannot be run by range.',
  );
  const left = screen.getByRole('region', { name: 'Left out' });
  expect(left).toHaveTextContent('31 partitions');
  expect(left).toHaveTextContent('beyond the budget');
  expect(screen.queryByRole('region', { name: 'Unrecoverable' })).toBeNull();
});

it('puts tasks on an axis, with the longest way through', async () => {
  render(<PlanPage id="430" />);
  const second = await screen.findByRole('list', { name: 'Tasks of wave 2' });
  const row = within(second).getByRole('listitem');
  expect(row).toHaveTextContent('mart');
  expect(row).toHaveTextContent('on the critical path, 40% likely');
  await userEvent.click(screen.getByRole('button', { name: /^Wave 2/ }));
  expect(screen.queryByRole('list', { name: 'Tasks of wave 2' })).toBeNull();
});

it('is approved with a name', async () => {
  render(<PlanPage id="430" />);
  await userEvent.click(await screen.findByRole('button', { name: 'Approve' }));
  const form = screen.getByRole('form', { name: 'Approve' });
  await userEvent.type(within(form).getByRole('textbox', { name: 'Your name' }), 'ada');
  await userEvent.click(within(form).getByRole('button', { name: 'Approve it' }));
  const post = asked.find((a) => a.method === 'POST');
  expect(post).toMatchObject({ path: '/plans/430/approve', body: { author: 'ada', reason: null } });
  expect(await screen.findByRole('button', { name: 'Pause' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
});

it('says why an action was refused', async () => {
  refuse = true;
  render(<PlanPage id="430" />);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel the plan' }));
  const form = screen.getByRole('form', { name: 'Cancel the plan' });
  await userEvent.type(within(form).getByRole('textbox', { name: 'Your name' }), 'ada');
  await userEvent.click(within(form).getByRole('button', { name: 'Cancel the plan' }));
  expect(await within(form).findByRole('alert')).toHaveTextContent('It is executing already.');
});

it('asks for approval again when it has grown', async () => {
  shown = plan({ progress: progress({ done: 4, pending: 20 }) });
  render(<PlanPage id="430" />);
  expect(await screen.findByText(/grown beyond what was approved/)).toBeVisible();
});

it('says what it waits for when it stands still', async () => {
  shown = plan({
    state: 'executing',
    waiting: { inputs: 3, quiet: 1, until: '2026-11-26T15:00:00Z' },
  });
  leased.waiting = [
    {
      for: 'inputs',
      nodeId: 'dataset:n:feed',
      partitions: 3,
      first: 'date=2026-10-02',
      until: null,
    },
  ];
  render(<PlanPage id="430" />);
  expect(await screen.findByText(/^Waiting: 3 for inputs that are not there; 1 for/)).toBeVisible();
  const list = await screen.findByRole('list', { name: 'What task 1 waits for' });
  expect(list).toHaveTextContent('date=2026-10-02: 3 partitions from here on wait for inputs from');
  expect(list).toHaveTextContent('feed');
  leased.waiting = [];
});

it('follows what goes on, without a click', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    shown = plan({ state: 'approved' });
    render(<PlanPage id="430" />);
    expect(await screen.findByText('0 of 14')).toBeVisible();
    shown = plan({
      state: 'executing',
      updated_at: '2026-11-26T12:05:00Z',
      progress: progress({ done: 3, running: 5, pending: 6 }),
    });
    await act(() => vi.advanceTimersByTimeAsync(1500));
    expect(await screen.findByText('3 of 14')).toBeVisible();
    const leases = await screen.findByRole('list', { name: 'Leases of task 1' });
    expect(leases).toHaveTextContent('airflow-7 has 2026-10-04 to 2026-10-08');
    shown = plan({ state: 'done', updated_at: 'end', progress: progress({ done: 8, skipped: 6 }) });
    await act(() => vi.advanceTimersByTimeAsync(5000));
    expect(await screen.findByText('14 of 14')).toBeVisible();
    const before = asked.length;
    await act(() => vi.advanceTimersByTimeAsync(120_000));
    expect(asked.slice(before).filter((a) => a.path === '/plans/430')).toHaveLength(0);
  } finally {
    vi.useRealTimers();
  }
});

it('lists tasks of one state', async () => {
  render(<PlanPage id="430" />);
  const region = await screen.findByRole('region', { name: 'Tasks' });
  expect(within(region).getByText('2 shown of 2')).toBeVisible();
  await userEvent.selectOptions(within(region).getByRole('combobox', { name: 'State' }), 'failed');
  expect(await within(region).findByText('None that is failed.')).toBeVisible();
});
