import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { ImpactPanel } from './ImpactPanel';
import { kindFor } from './kinds';
import type { Affected, Impact } from './useImpact';

const affected: Affected[] = [
  {
    nodeId: 'job:n:load',
    type: 'JOB',
    distance: 1,
    severity: 'breaking',
    rule: 'reader_of_deleted',
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
    path: [
      { from: 'dataset:n:a', to: 'job:n:load', kind: 'reads', via: null },
      { from: 'job:n:load', to: 'dataset:n:mart', kind: 'writes', via: null },
    ],
    owners: [],
    state: null,
  },
];

function impactOf(more: Partial<NonNullable<Impact['answer']>> = {}): Impact {
  return {
    answer: {
      changes: [],
      affected,
      summary: { breaking: 1, degraded: 1, recompute: 0, datasets: 1, jobs: 1 },
      as_of: '',
      seq: 1,
      complete: true,
      cut: null,
      next_cursor: null,
      ...more,
    },
    affected,
    more: null,
    loading: false,
    problem: undefined,
    reload: vi.fn(),
    raiseTo: vi.fn(),
  };
}

function show(impact: Impact, hit: string | null = null) {
  const onHit = vi.fn();
  const onKind = vi.fn();
  render(
    <ImpactPanel
      nodeId="dataset:n:a"
      type="DATASET"
      kind="dataset_deleted"
      impact={impact}
      hit={hit}
      onHit={onHit}
      onKind={onKind}
    />,
  );
  return { onHit, onKind };
}

it('lists what is affected and filters by severity', async () => {
  show(impactOf());
  const list = screen.getByRole('list', { name: 'Affected nodes' });
  expect(within(list).getAllByRole('button')).toHaveLength(2);
  await userEvent.click(screen.getByRole('button', { name: '1 breaking' }));
  expect(within(list).getAllByRole('button')).toHaveLength(1);
  expect(screen.getByRole('button', { name: '0 recompute' })).toBeDisabled();
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
  const { onKind } = show(impactOf());
  await userEvent.selectOptions(screen.getByRole('combobox'), 'its data changes');
  expect(onKind).toHaveBeenCalledWith('data');
  expect(kindFor('JOB', 'data')).toBe('code');
  expect(kindFor('JOB', 'job_retired')).toBe('job_retired');
});
