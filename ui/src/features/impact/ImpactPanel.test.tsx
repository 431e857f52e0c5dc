import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { ChangeDraft } from '../../lib/impactUrl';
import { draftOf } from '../../lib/impactUrl';
import type { Severity } from '../../lib/lineageUrl';
import { dataset, server } from '../../test/samples';
import { ImpactPanel } from './ImpactPanel';
import { kindFor } from './kinds';
import type { Affected, Impact } from './useImpact';

const plain = {
  assumed: false,
  change: 0,
  columns: [],
  use: { readers: 0, consumers: 0, uses: 0 },
  weight: 1,
  recompute: null,
};
const affected: Affected[] = [
  {
    nodeId: 'job:n:load',
    type: 'JOB',
    distance: 1,
    severity: 'breaking',
    rule: 'reader_of_deleted',
    ...plain,
    path: [{ from: 'dataset:n:a', to: 'job:n:load', kind: 'reads', via: null }],
    owners: ['team:x'],
    state: 'FAILED',
  },
  {
    nodeId: 'dataset:n:mart',
    type: 'DATASET',
    distance: 1,
    severity: 'degraded',
    rule: 'downstream',
    ...plain,
    path: [
      { from: 'dataset:n:a', to: 'job:n:load', kind: 'reads', via: null },
      { from: 'job:n:load', to: 'dataset:n:mart', kind: 'writes', via: null },
    ],
    owners: [],
    state: null,
  },
];

const recompute_cost = {
  amount_micros: 0,
  currency: 'USD',
  duration_ms: 0,
  jobs: 1,
  jobs_known: 0,
};

function impactOf(more: Partial<NonNullable<Impact['answer']>> = {}): Impact {
  return {
    answer: {
      changes: [],
      affected,
      summary: {
        breaking: 1,
        degraded: 1,
        recompute: 0,
        datasets: 1,
        consumers: 0,
        jobs: 1,
        recompute_cost,
      },
      as_of: '',
      seq: 1,
      complete: true,
      cut: null,
      next_cursor: null,
      ...more,
    },
    affected,
    groups: null,
    more: null,
    loading: false,
    problem: undefined,
    reload: vi.fn(),
    raiseTo: vi.fn(),
  };
}

function show(
  impact: Impact,
  hit: string | null = null,
  severity: Severity | null = null,
  more: Partial<ChangeDraft> = {},
) {
  const handlers = { onHit: vi.fn(), onDraft: vi.fn(), onSeverity: vi.fn() };
  render(
    <ImpactPanel
      draft={{ ...draftOf('dataset_deleted', 'dataset:n:a'), ...more }}
      type="DATASET"
      clocks={{ asOf: null, knownAt: null }}
      impact={impact}
      severity={severity}
      hit={hit}
      {...handlers}
    />,
  );
  return handlers;
}

it('lists what is affected, and of one severity when so asked', async () => {
  const { onSeverity } = show(impactOf(), null, 'breaking');
  const list = screen.getByRole('list', { name: 'Affected nodes' });
  expect(within(list).getAllByRole('button')).toHaveLength(1);
  expect(screen.getByRole('button', { name: '0 recompute' })).toBeDisabled();
  await userEvent.click(screen.getByRole('button', { name: '1 breaking' }));
  expect(onSeverity).toHaveBeenCalledWith(null);
  await userEvent.click(screen.getByRole('button', { name: '1 degraded' }));
  expect(onSeverity).toHaveBeenCalledWith('degraded');
});

it('shows the path of the chosen line', async () => {
  const { onHit } = show(impactOf(), 'dataset:n:mart');
  const path = screen.getByRole('list', { name: 'Path' });
  expect(
    within(path)
      .getAllByRole('listitem')
      .map((li) => li.textContent),
  ).toEqual(['a', 'load reads', 'mart writes']);
  await userEvent.click(screen.getByRole('button', { name: /load/ }));
  expect(onHit).toHaveBeenCalledWith(affected[0]);
});

it('says when the answer was cut, and raises the limit', async () => {
  const impact = impactOf({
    complete: false,
    cut: { reason: 'max_nodes', frontier_count: 9, limit: 2 },
  });
  show(impact);
  expect(screen.getByRole('alert')).toHaveTextContent('limit of 2 nodes');
  await userEvent.click(screen.getByRole('button', { name: 'Raise the limit to 4' }));
  expect(impact.raiseTo).toHaveBeenCalledWith(4);
});

it('asks only what makes sense for the node', async () => {
  const { onDraft } = show(impactOf());
  await userEvent.selectOptions(screen.getByRole('combobox'), 'its data changes');
  expect(onDraft).toHaveBeenCalledWith(draftOf('data', 'dataset:n:a'));
  expect(kindFor('JOB', 'data')).toBe('code');
  expect(kindFor('JOB', 'job_retired')).toBe('job_retired');
});

it('takes a column from those that the dataset has, and waits for what is missing', async () => {
  const fields = [{ name: 'cents', type: 'BIGINT', tags: [], description: null }];
  vi.stubGlobal(
    'fetch',
    server({ '/lineage': { graph: [{ id: 'x', type: 'DATASET', data: dataset({ fields }) }] } }),
  );
  const { onDraft } = show(impactOf(), null, null, { kind: 'column_renamed' });
  expect(screen.getByText(/Fill in what is missing/)).toBeVisible();
  expect(screen.queryByRole('list', { name: 'Affected nodes' })).toBeNull();
  const column = screen.getByRole('combobox', { name: 'Column' });
  await vi.waitFor(() => expect(document.querySelector('datalist option')).toHaveValue('cents'));
  await userEvent.type(column, 'cents{Enter}');
  expect(onDraft).toHaveBeenLastCalledWith(
    expect.objectContaining({ kind: 'column_renamed', column: 'cents' }),
  );
  await userEvent.type(screen.getByRole('textbox', { name: 'New name' }), 'net{Enter}');
  expect(onDraft).toHaveBeenLastCalledWith(expect.objectContaining({ to: 'net' }));
});

it('refuses a moment that is none', async () => {
  const { onDraft } = show(impactOf(), null, null, { kind: 'dataset_late' });
  const until = screen.getByRole('textbox', { name: 'Late until (UTC)' });
  await userEvent.type(until, 'tomorrow{Enter}');
  expect(screen.getByRole('alert')).toHaveTextContent('Write it as');
  expect(onDraft).not.toHaveBeenCalled();
  await userEvent.clear(until);
  await userEvent.type(until, '2026-10-03 09:00{Enter}');
  expect(onDraft).toHaveBeenCalledWith(expect.objectContaining({ until: '2026-10-03T09:00:00Z' }));
});

it('has the server write the file, with the filter that is on', async () => {
  const saved = vi.fn<(blob: Blob) => string>().mockReturnValue('blob:x');
  Object.assign(URL, { createObjectURL: saved, revokeObjectURL: () => {} });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
  const fetch = vi.fn(async (request: Request) => {
    expect(await request.clone().json()).toEqual({
      changes: [{ kind: 'dataset_deleted', nodeId: 'dataset:n:a' }],
      filters: { severity: ['breaking'] },
      format: 'csv',
    });
    return new Response('a,b\r\n', { headers: { 'content-type': 'text/csv' } });
  });
  vi.stubGlobal('fetch', fetch);
  show(impactOf(), null, 'breaking');
  await userEvent.click(screen.getByRole('button', { name: 'CSV' }));
  await vi.waitFor(() => expect(saved).toHaveBeenCalled());
  expect(await saved.mock.calls[0]?.[0].text()).toBe('a,b\r\n');
});
