import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import { ChangesPanel } from './ChangesPanel';
import { detailLines, headline } from './changeText';
import type { GraphChange } from './marks';

function change(more: Partial<GraphChange>): GraphChange {
  return {
    kind: 'node_added',
    nodeId: 'dataset:n:a',
    edge: null,
    at: '2026-10-03T02:00:00.000000Z',
    before: null,
    after: null,
    detail: {},
    evidence: { seqs: [5], runs: ['run-1'], facets: ['sql'], producers: ['p'], reason: null },
    ...more,
  };
}

const schema = change({
  kind: 'schema_changed',
  detail: {
    added: [{ name: 'x', type: 'INT' }],
    removed: [{ name: 'y', type: null }],
    retyped: [{ name: 'z', from: 'INT', to: 'TEXT' }],
  },
});
const edge = change({
  kind: 'edge_removed',
  nodeId: null,
  edge: { from: 'dataset:n:a', to: 'job:n:load', kind: 'reads', via: null },
  evidence: { seqs: [], runs: [], facets: [], producers: [], reason: 'code_version' },
});

function show(more: Partial<Schemas['DiffAnswer']> = {}, compareTo: string | null = '2026-10-01') {
  const answer: Schemas['DiffAnswer'] = {
    from: '',
    to: '',
    changes: [schema, edge],
    summary: { schema_changed: 1, edge_removed: 1 },
    next_cursor: null,
    as_of: '',
    seq: 9,
    complete: true,
    cut: null,
    ...more,
  };
  const handlers = { onKinds: vi.fn(), onCompare: vi.fn(), onMoment: vi.fn() };
  render(
    <ChangesPanel
      changes={{ pages: [answer], more: null, loading: false, problem: undefined, reload: vi.fn() }}
      asOf={null}
      compareTo={compareTo}
      first={Date.parse('2026-10-01T00:00:00Z')}
      last={Date.parse('2026-10-04T00:00:00Z')}
      kinds={[]}
      nodeHref={(id) => `/node/${id}`}
      edgeHref={(from, to) => `/edge/${from}>${to}`}
      runHref={(id) => `/run/${id}`}
      {...handlers}
    />,
  );
  return handlers;
}

it('lists each change with what it did, and its evidence on demand', async () => {
  const { onMoment } = show();
  const [first, second] = within(screen.getByRole('list', { name: 'Changes' }))
    .getAllByRole('listitem')
    .filter((li) => li.classList.contains('change-entry'));
  expect(first).toHaveTextContent('a: schema changed');
  expect(first).toHaveTextContent('added x INT');
  expect(first).toHaveTextContent('removed y');
  expect(first).toHaveTextContent('z INT → TEXT');
  expect(within(second!).getByRole('link')).toHaveAttribute('href', '/edge/dataset:n:a>job:n:load');
  await userEvent.click(within(second!).getByRole('button', { name: 'evidence' }));
  expect(second).toHaveTextContent('Reason: code version.');
  await userEvent.click(within(first!).getByRole('button', { name: 'evidence' }));
  expect(within(first!).getByRole('link', { name: 'run-1' })).toHaveAttribute('href', '/run/run-1');
  await userEvent.click(within(first!).getByRole('button', { name: /2026-10-03 02:00/ }));
  expect(onMoment).toHaveBeenCalledWith(schema.at);
});

it('filters by kind', async () => {
  const { onKinds } = show();
  await userEvent.click(screen.getByRole('button', { name: '1 edge went' }));
  expect(onKinds).toHaveBeenCalledWith(['edge_removed']);
});

it('offers moments to compare with', async () => {
  const { onCompare } = show({}, null);
  expect(screen.queryByRole('list', { name: 'Changes' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'a week before' }));
  expect(onCompare).toHaveBeenCalledWith('2026-09-27T00:00:00Z');
  await userEvent.click(screen.getByRole('button', { name: 'from the beginning' }));
  expect(onCompare).toHaveBeenLastCalledWith('2026-09-30T23:59:59.999Z');
});

it('says when nothing changed, and when not all is there', () => {
  show({
    changes: [],
    summary: {},
    complete: false,
    cut: { reason: 'max_nodes', frontier_count: 4, limit: 10 },
  });
  expect(screen.getByText('Nothing changed between the two moments.')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent(
    'Not the whole answer. It stops at the limit of 10 nodes; seen and not followed: 4 nodes.',
  );
});

it('finds words for every kind of change', () => {
  expect(headline(change({}))).toBe('a appeared');
  expect(headline(change({ kind: 'node_removed' }))).toBe('a went');
  expect(headline(edge)).toBe('load no longer reads a');
  const writes = { from: 'job:n:load', to: 'dataset:n:a', kind: 'writes' as const, via: null };
  expect(headline(change({ kind: 'edge_added', nodeId: null, edge: writes }))).toBe(
    'load writes a',
  );
  expect(headline(change({ detail: { how: 'connected' } }))).toBe('a was connected');
  const tags = change({
    kind: 'tags_changed',
    detail: {
      added: [
        { field: 'cents', tag: 'money' },
        { field: null, tag: 'gold' },
      ],
      removed: ['x'],
    },
  });
  expect(detailLines(tags)).toEqual([
    { colour: 'added', text: 'cents: money' },
    { colour: 'added', text: 'gold' },
    { colour: 'removed', text: 'x' },
  ]);
  const code = change({
    kind: 'code_changed',
    detail: { from: 'sql:0123456789abcdef', to: null, sql: true },
  });
  expect(detailLines(code)[0]?.text).toBe('sql:01…56789abcdef → ?, another query');
  expect(detailLines(change({ kind: 'description_changed', after: 'new' }))).toHaveLength(1);
});
