import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { found, foundList } from '../../test/samples';
import { SearchBox } from './SearchBox';

const results = ['public.orders', 'mart.orders/100%'].map((name) =>
  found({
    name,
    namespace: 'shop',
    nodeId: `dataset:shop:${name}`,
    highlights: [{ in: 'name', text: name, ranges: [[name.indexOf('orders'), name.length]] }],
  }),
);
const column = found({
  type: 'DATASET_FIELD',
  name: 'order_id',
  dataset: 'public.orders',
  nodeId: 'datasetField:shop:public.orders:order_id',
});

beforeEach(() => {
  window.history.replaceState(null, '', '/');
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => Response.json(foundList([...results, column]))),
  );
});

it('is focused by / and by Ctrl-K', async () => {
  render(<SearchBox />);
  const box = screen.getByRole('combobox', { name: 'Search datasets and jobs' });
  await userEvent.keyboard('/');
  expect(box).toHaveFocus();
  expect(box).toHaveValue('');
  await userEvent.keyboard('{Escape}');
  expect(box).not.toHaveFocus();
  await userEvent.keyboard('{Control>}k{/Control}');
  expect(box).toHaveFocus();
});

it('opens the result that the arrows chose, whatever its name', async () => {
  render(<SearchBox />);
  await userEvent.type(screen.getByRole('combobox'), 'orders');
  expect(await screen.findAllByRole('option')).toHaveLength(3);
  expect(screen.getAllByRole('option')[0]?.querySelector('mark')).toHaveTextContent('orders');
  await userEvent.keyboard('{ArrowDown}{ArrowDown}');
  expect(screen.getByRole('option', { selected: true })).toHaveTextContent('mart.orders/100%');
  await userEvent.keyboard('{Enter}');
  expect(window.location.pathname).toBe(
    `/lineage/${encodeURIComponent('dataset:shop:mart.orders/100%')}`,
  );
  expect(screen.queryByRole('option')).toBeNull();
});

it('leads to all results on Enter without a choice', async () => {
  render(<SearchBox />);
  await userEvent.type(screen.getByRole('combobox'), 'a&b{Enter}');
  expect(window.location.pathname + window.location.search).toBe('/search?q=a%26b');
});

it('opens a column among columns', async () => {
  render(<SearchBox />);
  await userEvent.type(screen.getByRole('combobox'), 'order_id');
  await userEvent.click(await screen.findByRole('option', { name: /^Column.*order_id/ }));
  expect(window.location.search).toContain('level=column');
  expect(window.location.search).toContain('col=datasetField');
});
