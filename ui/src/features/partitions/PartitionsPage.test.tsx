import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { useHref } from '../../lib/router';
import type { Asked } from '../../test/partitionSamples';
import {
  answering,
  counts,
  explanation,
  grid,
  space,
  staleness,
} from '../../test/partitionSamples';
import { PartitionsPage } from './PartitionsPage';

const orders = 'dataset:n:orders';

function unattributed(runs: string[], more: Record<string, unknown> = {}) {
  return {
    nodeId: orders,
    seq: 4,
    evaluated_at: '2026-10-06T12:00:00Z',
    looked_at: 9,
    complete: true,
    cut: null,
    runs: runs.map((run) => ({
      run,
      job: 'job:n:load',
      started_at: null,
      ended_at: '2026-10-05T06:00:00Z',
    })),
    ...more,
  };
}

const usual: Record<string, unknown> = {
  '/partitions/grid': grid(),
  '/partitions/space': space(),
  '/partitions/explain': explanation(),
  '/partitions/mappings': {
    nodeId: orders,
    seq: 4,
    mappings: [
      {
        upstream: 'dataset:n:raw',
        downstream: orders,
        mapping: { kind: 'window', from: -6, to: 0, lanes: 'matched' },
        declared: false,
        author: null,
        reason: null,
        learned: { runs: 12, seen: 11, confidence: 0.9, candidates: [] },
      },
    ],
  },
  '/partitions/unattributed': unattributed([]),
  '/staleness': staleness([], {
    totals: counts({ current: 13, stale: 4, by_code: 4, maybe: 2, missing: 3 }),
  }),
};

let asked: Asked[] = [];

function serve(more: Record<string, unknown> = {}) {
  const all = { ...usual, ...more };
  const server = answering(({ path }) => all[path]);
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
}

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  serve();
});

function Page() {
  return <PartitionsPage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(query = '') {
  window.history.replaceState(null, '', `/partitions?nodeId=${encodeURIComponent(orders)}${query}`);
  render(<Page />);
}

const heatMap = () => screen.findByRole('application', { name: /^Partitions of orders: 10 in 2/ });
const query = () => new URLSearchParams(window.location.search);

it('says how many partitions are how, and how they are cut', async () => {
  open();
  await heatMap();
  expect(screen.getByText('4 – 6')).toBeVisible();
  expect(screen.getByText('4 by code, 0 by inputs')).toBeVisible();
  const cut = await screen.findByRole('region', { name: 'How it is cut' });
  expect(await within(cut).findByText('days from 2026-10-01, Europe/Berlin')).toBeVisible();
  expect(await within(cut).findByText(/a window, -6 to 0/)).toHaveTextContent(
    '11 of 12 runs agree',
  );
});

it('is read with the keyboard, cell by cell and change by change', async () => {
  open();
  const map = await heatMap();
  map.focus();
  await userEvent.keyboard('{Home}');
  const said = () => screen.getAllByRole('status').map((s) => s.textContent);
  await userEvent.keyboard('{Home}');
  expect(said()).toContain('2026-10-01 · eu: current');
  await userEvent.keyboard('{Control>}{ArrowRight}{/Control}');
  expect(said()).toContain('2026-10-04 · eu: stale, code');
  await userEvent.keyboard('{ArrowDown}{ArrowRight}');
  expect(said()).toContain('2026-10-05 · us: current');
});

it('explains the partition that is asked about, with its cause', async () => {
  open();
  const map = await heatMap();
  map.focus();
  await userEvent.keyboard('{Home}{Home}{Control>}{ArrowRight}{/Control}{Enter}');
  const card = await screen.findByRole('region', { name: 'Partition' });
  expect(query().get('cell')).toBe('date=2026-10-04,region=eu');
  expect(asked.find((a) => a.path === '/partitions/explain')?.query.get('key')).toBe(
    'date=2026-10-04,region=eu',
  );
  expect(await within(card).findByText(/The code of/)).toHaveTextContent('from v1 to v2');
  expect(within(card).getByRole('link', { name: 'Decide on this change' })).toHaveAttribute(
    'href',
    '/changes?status=all&open=311',
  );
  expect(within(card).getByRole('link', { name: 'run-1' })).toHaveAttribute('href', '/runs/run-1');
});

it('chooses cells with the keyboard and begins a plan with them', async () => {
  open();
  const map = await heatMap();
  map.focus();
  await userEvent.keyboard('{Home}{Home}{Control>}{ArrowRight}{/Control}');
  await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowRight}{/Shift}');
  const card = await screen.findByRole('region', { name: 'Chosen' });
  expect(within(card).getByRole('heading')).toHaveTextContent('2026-10-04 to 2026-10-06 · eu');
  const plan = new URL(
    within(card).getByRole('link', { name: 'Plan from these' }).getAttribute('href') ?? '',
    'http://localhost',
  );
  expect(Object.fromEntries(plan.searchParams)).toEqual({
    nodeId: orders,
    from: 'date=2026-10-04,region=eu',
    to: 'date=2026-10-06,region=eu',
  });
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('region', { name: 'Chosen' })).toBeNull();
});

it('lists ranges, of one status if asked, and chooses one', async () => {
  open();
  const ranges = await screen.findByRole('region', { name: 'Ranges' });
  expect(within(ranges).getAllByRole('row')).toHaveLength(3);
  await userEvent.click(screen.getByRole('button', { name: /^missing 3/ }));
  expect(query().getAll('only')).toEqual(['missing']);
  expect(within(ranges).getAllByRole('row')).toHaveLength(2);
  const choose = within(ranges).getByRole('button', {
    name: 'Choose 2026-10-08 to 2026-10-10, eu',
  });
  await userEvent.click(choose);
  expect(choose).toHaveAttribute('aria-pressed', 'true');
  expect(query().get('from')).toBe('date=2026-10-08,region=eu');
});

it('says when a cell stands for several partitions', async () => {
  serve({
    '/partitions/grid': grid({
      bucket: 30,
      bucketed: true,
      index: { ...grid().index, count: 290 },
    }),
  });
  open('&cell=date%3D2026-10-01%2Cregion%3Deu');
  await heatMap();
  expect(screen.getByText(/Each cell stands for 30 partitions/)).toBeVisible();
  expect(
    screen.getByText(/2026-10-01 · eu to 2026-10-30 · eu: current at worst/),
  ).toBeInTheDocument();
});

it('does not draw what does not add up', async () => {
  serve({ '/partitions/grid': grid({ lanes: [{ lane: 0, key: '', cells: [[1, 7]] }] }) });
  open();
  expect(await screen.findByRole('alert')).toHaveTextContent('lane 0 has 7 cells of 10');
});

it('has a page for a dataset of which nothing is known', async () => {
  const index = { ...grid().index, kind: 'none' as const, first: null, last: null, count: 0 };
  serve({ '/partitions/grid': grid({ index, lanes: [] }) });
  open();
  expect(await screen.findByText(/No partition is known yet/)).toBeVisible();
});

it('names the runs that wrote it without saying which partitions', async () => {
  const cut = { reason: 'max_runs', frontier_count: 30, limit: 2000 };
  serve({
    '/partitions/unattributed': unattributed(['whole', 'again'], { complete: false, cut }),
  });
  open();
  const note = await screen.findByRole('region', { name: 'Runs that name no partition' });
  expect(within(note).getByText(/^2 runs wrote this table/)).toBeVisible();
  await userEvent.click(within(note).getByText('Which runs'));
  expect(within(note).getByRole('link', { name: 'whole' })).toHaveAttribute('href', '/runs/whole');
  expect(within(note).getByText(/newest 9 runs .* 30 older ones were not/)).toBeVisible();
});

it('says nothing of such runs where there are none', async () => {
  open();
  await heatMap();
  expect(screen.queryByRole('region', { name: 'Runs that name no partition' })).toBeNull();
});
