import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { useHref } from '../../lib/router';
import type { Asked } from '../../test/partitionSamples';
import { answering } from '../../test/partitionSamples';
import { ComparePage } from './ComparePage';
import type { CompareAnswer } from './useQuality';

const side = (name: string, more: Partial<CompareAnswer['left']> = {}): CompareAnswer['left'] => ({
  nodeId: `dataset:n:${name}`,
  as_of: null,
  environment: null,
  measured_at: '2026-10-05T02:00:00Z',
  schema_from: '2026-09-01T00:00:00Z',
  ...more,
});
const nothing = { count: 0, ranges: [] };

const differs: CompareAnswer = {
  left: side('orders'),
  right: side('orders_v2', { as_of: '2026-10-04T00:00:00Z' }),
  schema: {
    verdict: 'differs',
    differences: [
      { column: 'cents', difference: 'type', left: 'INT', right: 'BIGINT' },
      { column: 'note', difference: 'only_left', left: null, right: null },
    ],
    total: 3,
  },
  profile: {
    verdict: 'differs',
    compared: 3,
    beyond: 2,
    measures: [
      {
        measure: 'rows',
        column: null,
        left: 1_234_567,
        right: 1_234_568,
        relative: 8.1e-7,
        within: false,
      },
      {
        measure: 'null_share',
        column: 'cents',
        left: 0.1,
        right: 0.25,
        relative: 0.15,
        within: false,
      },
      { measure: 'distinct', column: 'cents', left: 7, right: 7, relative: 0, within: true },
      { measure: 'mean', column: 'cents', left: 5.5, right: null, relative: null, within: true },
    ],
    total: 4,
  },
  partitions: {
    verdict: 'differs',
    equal: { count: 5, ranges: [] },
    different: {
      count: 2,
      ranges: [{ first: 'date=2026-10-01', last: 'date=2026-10-02', count: 2 }],
    },
    only_left: nothing,
    only_right: {
      count: 30,
      ranges: [{ first: 'date=2026-10-03', last: 'date=2026-10-03', count: 1 }],
    },
  },
  verdict: 'differs',
  tolerance: 0,
  seq: 1,
};

const equal: CompareAnswer = {
  ...differs,
  schema: { verdict: 'equal', differences: [], total: 0 },
  profile: { verdict: 'equal', compared: 1, beyond: 0, measures: [], total: 0 },
  partitions: { ...differs.partitions!, verdict: 'equal', different: nothing, only_right: nothing },
  verdict: 'equal',
  tolerance: 0.01,
};

let asked: Asked[] = [];

function Page() {
  return <ComparePage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(query: string, compared: unknown) {
  const server = answering(({ path }) => {
    if (path === '/environments') return { environments: [{ name: 'canary' }] };
    if (path === '/compare') return compared;
    if (path !== '/search') return undefined;
    const found = {
      nodeId: 'dataset:n:orders_v2',
      type: 'DATASET',
      namespace: 'n',
      name: 'orders_v2',
    };
    return { results: [found] };
  });
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
  window.history.replaceState(null, '', `/compare${query}`);
  render(<Page />);
}

const compares = () => asked.filter((a) => a.path === '/compare');
const two = '?left=dataset%3An%3Aorders&right=dataset%3An%3Aorders_v2';

it('says the verdict first, and why', async () => {
  open(two, differs);
  const verdict = await screen.findByRole('status', { name: 'Verdict' });
  expect(verdict).toHaveTextContent(
    'Different: orders and orders_v2, as of 2026-10-04 00:00:00 UTC',
  );
  const lines = within(verdict)
    .getAllByRole('listitem')
    .map((item) => item.textContent);
  expect(lines).toEqual([
    'Schema: 3 columns differ.',
    'Measurements: 2 of 3 measures of both sides differ.',
    'Partitions: Of 37 partitions: 2 differ, 30 only on the right.',
  ]);
});

it('shows both sides beside each other, digit by digit', async () => {
  open(two, differs);
  const schema = await screen.findByRole('region', { name: 'Schema' });
  const rows = (region: HTMLElement) =>
    within(region)
      .getAllByRole('row')
      .slice(1)
      .map((row) => row.textContent);
  expect(rows(schema)).toEqual([
    'centsINTBIGINT≠ another type',
    'noteno typenot there− only on the left',
  ]);
  expect(schema).toHaveTextContent('The first 2 of 3 differences.');
  expect(rows(screen.getByRole('region', { name: 'Measurements' }))).toEqual([
    'rows1,234,5671,234,568≠ 0.000081% beyond the tolerance',
    'null share of cents10%25%≠ 15 points beyond the tolerance',
    'distinct of cents77=',
    'mean of cents5.5not measured–',
  ]);
  expect(rows(screen.getByRole('region', { name: 'Partitions' }))).toEqual([
    ' Equal5not listed',
    ' Different22026-10-01 to 2026-10-02 2',
    ' Only on the left0none',
    ' Only on the right302026-10-03and 29 more',
  ]);
});

it('says that all is equal, and within what', async () => {
  open(`${two}&tolerance=0.01`, equal);
  const verdict = await screen.findByRole('status', { name: 'Verdict' });
  expect(verdict).toHaveTextContent(/^Equal: orders and orders_v2/);
  expect(verdict).toHaveTextContent('1 measure of both sides, equal within 1%.');
  expect(verdict).toHaveTextContent('5 partitions, all equal.');
  expect(compares()[0]?.query.toString()).toBe(
    'left=dataset%3An%3Aorders&right=dataset%3An%3Aorders_v2&tolerance=0.01',
  );
});

it('asks nothing before there are two sides, and takes them from the search', async () => {
  open('?left=dataset%3An%3Aorders', differs);
  expect(screen.getByText(/Choose what it is compared with/)).toBeVisible();
  expect(compares()).toEqual([]);
  const right = screen.getByRole('combobox', { name: 'Right dataset' });
  await userEvent.type(right, 'v2');
  await userEvent.click(await screen.findByRole('option', { name: /orders_v2/ }));
  expect(window.location.search).toBe(two);
  expect(await screen.findByRole('status', { name: 'Verdict' })).toHaveTextContent(/^Different/);
});

it('compares moments and environments of one dataset, each excluding the other', async () => {
  open('?left=dataset%3An%3Aorders', differs);
  await vi.waitFor(() => expect(screen.getAllByRole('option', { name: 'canary' })).toHaveLength(2));
  const right = screen.getByRole('group', { name: 'Right' });
  await userEvent.selectOptions(
    within(right).getByRole('combobox', { name: 'Environment' }),
    'canary',
  );
  expect(window.location.search).toBe('?left=dataset%3An%3Aorders&right_environment=canary');
  const when = within(right).getByRole('textbox', { name: 'Right as of' });
  await userEvent.type(when, '2026-10-04{Enter}');
  expect(window.location.search).toBe(
    '?left=dataset%3An%3Aorders&right_as_of=2026-10-04T00%3A00%3A00Z',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Swap sides' }));
  expect(window.location.search).toBe(
    '?left=dataset%3An%3Aorders&left_as_of=2026-10-04T00%3A00%3A00Z&right=dataset%3An%3Aorders',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Partitions' }));
  await vi.waitFor(() => expect(compares().at(-1)?.query.get('parts')).toBe('schema,profile'));
});

it('says what went wrong', async () => {
  open(two, undefined);
  expect(await screen.findByRole('alert')).toHaveTextContent('Not found');
});
