import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { dataset, job, server } from '../test/samples';
import { causeOf } from '../features/cause/fixtures';
import { columnLayout } from '../features/lineage/columnFixtures';
import { layoutOf, node } from '../features/lineage/fixtures';
import { navigate } from '../lib/router';
import { App } from './App';

const picture = layoutOf(
  [node('dataset:n:orders', 0, 0), node('job:n:load', 300, 0, { hidden_downstream: 2 })],
  [['dataset:n:orders', 'job:n:load']],
);
const head = { as_of: '', seq: 1, complete: true, cut: null };
const change = {
  kind: 'edge_added',
  nodeId: null,
  edge: { from: 'dataset:n:orders', to: 'job:n:load', kind: 'reads', via: null },
  at: '2026-10-02T00:00:00.000000Z',
  before: null,
  after: null,
  detail: {},
  evidence: { seqs: [], runs: [], facets: [], producers: [], reason: null },
};
const diff = {
  ...head,
  from: '',
  to: '',
  changes: [change],
  summary: { edge_added: 1 },
  next_cursor: null,
};
const causes = {
  ...head,
  nodeId: 'dataset:n:orders',
  at: '2026-10-04T00:00:00Z',
  from: '2026-10-02T00:00:00Z',
  total: 1,
  causes: [
    causeOf({ path: [{ from: 'job:n:up', to: 'dataset:n:orders', kind: 'writes', via: null }] }),
  ],
};
const columns = columnLayout({ root: 'dataset:n:b' });
const versions = { versions: [], totalCount: 0, next_cursor: null };

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(1000);
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.stubGlobal(
    'fetch',
    vi.fn(
      server({
        '/lineage/layout': picture,
        '/namespaces/n/datasets/orders': dataset(),
        '/namespaces/n/datasets/orders/versions': versions,
        '/namespaces/n/jobs/load': job({ description: 'Loads.' }),
        '/namespaces/n/jobs/load/versions': versions,
        '/events/lineage': {
          events: [{ eventTime: '2026-10-01T00:00:00Z', producer: 'p', schemaURL: 's' }],
          totalCount: 1,
          next_cursor: null,
        },
        '/diff': diff,
        '/cause': causes,
        '/column-lineage/layout': columns,
        '/nodes/tags': { ...head, nodeId: '', tags: [] },
        '/impact': {
          changes: [],
          affected: [],
          summary: { breaking: 0, degraded: 0, recompute: 0, datasets: 0, jobs: 0 },
          as_of: '',
          seq: 1,
          complete: true,
          cut: null,
          next_cursor: null,
        },
      }),
    ),
  );
  window.history.replaceState(null, '', `/lineage/${encodeURIComponent('dataset:n:orders')}`);
});

it('keeps the whole state of a lineage page in its address', async () => {
  render(<App />);
  await userEvent.click(await screen.findByRole('button', { name: /^job, load/ }));
  expect(new URLSearchParams(window.location.search).get('sel')).toBe('job:n:load');
  expect(await screen.findByText('Loads.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Expand 2 downstream of load' }));
  expect(new URLSearchParams(window.location.search).getAll('x')).toEqual(['job:n:load|down']);
  await userEvent.click(screen.getByRole('tab', { name: 'Impact' }));
  expect(await screen.findByText('Nothing downstream is affected.')).toBeVisible();
  expect(screen.getByRole('combobox', { name: 'What is affected if' })).toHaveValue('code');

  act(() => window.history.back());
  await vi.waitFor(() => expect(window.location.search).not.toContain('panel'));
  expect(await screen.findByRole('tab', { name: 'Details' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
});

it('moves in time by its address, and back', async () => {
  render(<App />);
  await userEvent.click(await screen.findByRole('button', { name: 'Previous change' }));
  expect(new URLSearchParams(window.location.search).get('as_of')).toBe(change.at);
  await userEvent.click(screen.getByRole('switch', { name: 'as known then' }));
  expect(window.location.search).toContain('known_at=then');
  const asked = () => vi.mocked(fetch).mock.calls.map(([request]) => (request as Request).url);
  const clocks = `as_of=${encodeURIComponent(change.at)}&known_at=${encodeURIComponent(change.at)}`;
  await vi.waitFor(() =>
    expect(asked().some((u) => u.includes('/layout') && u.includes(clocks))).toBe(true),
  );
  act(() => window.history.back());
  await vi.waitFor(() => expect(window.location.search).not.toContain('known_at'));
  expect(screen.getByRole('slider', { name: 'Moment shown' })).toHaveAttribute(
    'aria-valuetext',
    '2026-10-02 00:00:00 UTC',
  );
});

it('compares with another moment, with a list of what changed', async () => {
  render(<App />);
  await userEvent.click(await screen.findByRole('button', { name: 'Compare' }));
  expect(window.location.search).toMatch(/panel=changes&compare_to=/);
  expect(await screen.findByRole('link', { name: 'load reads orders' })).toBeVisible();
  expect(screen.getByRole('list', { name: 'Legend' })).toHaveTextContent('came');
  await userEvent.click(screen.getByRole('button', { name: 'Compare' }));
  expect(window.location.search).toBe('');
});

it('brings the path of a cause into the picture', async () => {
  render(<App />);
  await userEvent.click(await screen.findByRole('link', { name: 'Why is this wrong or late?' }));
  await userEvent.click(await screen.findByRole('button', { name: /^1: New code/ }));
  const query = new URLSearchParams(window.location.search);
  expect(query.get('cause')).toBe('1');
  expect(query.getAll('x')).toEqual(['dataset:n:orders|up']);
});

it('shows columns, and the selected one in the panel', async () => {
  render(<App />);
  await userEvent.click(await screen.findByRole('button', { name: 'Columns' }));
  await userEvent.click(await screen.findByRole('button', { name: 'column p, INT, of b' }));
  expect(new URLSearchParams(window.location.search).get('col')).toBe('datasetField:n:b:p');
  expect(await screen.findByRole('region', { name: 'Column p' })).toHaveTextContent('filter');
  await userEvent.click(screen.getByRole('button', { name: 'Tables' }));
  expect(window.location.search).not.toContain('col=');
});

it('walks the tabs with arrow keys', async () => {
  render(<App />);
  (await screen.findByRole('tab', { name: 'Details' })).focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
  expect(screen.getByRole('tab', { name: 'Impact' })).toHaveFocus();
  expect(window.location.search).toContain('panel=impact');
});

it('closes and opens the panel', async () => {
  render(<App />);
  await userEvent.click(await screen.findByRole('button', { name: 'Close the panel' }));
  expect(screen.queryByRole('complementary')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Open the panel' }));
  expect(screen.getByRole('complementary', { name: 'orders' })).toBeVisible();
});

it('has a page for what is no page, and names the tab', async () => {
  render(<App />);
  act(() => navigate('/nowhere'));
  expect(screen.getByRole('heading', { name: 'No such page' })).toBeVisible();
  expect(document.title).toBe('Nowhere – Headwater');
});

it('changes the theme and keeps it', async () => {
  render(<App />);
  await userEvent.click(screen.getByRole('button', { name: 'Theme: as the system' }));
  expect(document.documentElement.dataset.theme).toBe('light');
  await userEvent.click(screen.getByRole('button', { name: 'Theme: light' }));
  expect(document.documentElement.dataset.theme).toBe('dark');
  await userEvent.click(screen.getByRole('button', { name: 'Theme: dark' }));
  expect(document.documentElement.dataset.theme).toBeUndefined();
});

it('keeps its frame when a page cannot show an answer', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.stubGlobal('fetch', vi.fn(server({ '/jobs/runs/odd': { id: 'odd' } })));
  window.history.replaceState(null, '', '/runs/odd');
  render(<App />);
  expect(await screen.findByRole('alert')).toHaveTextContent('This page has a defect.');
  act(() => navigate('/nowhere'));
  expect(await screen.findByRole('heading', { name: 'No such page' })).toBeVisible();
});
