import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { CausePanel } from './CausePanel';
import { causeOf } from './fixtures';
import type { CauseAnswer } from './useCause';

const causes = [
  causeOf({ masks: [2] }),
  causeOf({
    rank: 2,
    kind: 'run_late',
    nodeId: 'dataset:n:mart',
    path: [],
    distance: 0,
    until: '2026-10-03T05:00:00.000000Z',
    summary: 'load ended late.',
  }),
];

function show(more: Partial<CauseAnswer> = {}, chosen: number | null = null) {
  const answer: CauseAnswer = {
    nodeId: 'dataset:n:mart',
    at: '2026-10-04T00:00:00.000000Z',
    from: '2026-10-02T00:00:00.000000Z',
    causes,
    total: 2,
    as_of: '',
    seq: 9,
    complete: true,
    cut: null,
    ...more,
  };
  const handlers = { onAt: vi.fn(), onWindow: vi.fn(), onChoose: vi.fn() };
  render(
    <CausePanel
      nodeId="dataset:n:mart"
      result={{
        data: answer,
        dataKey: '',
        problem: undefined,
        loading: false,
        reload: vi.fn(),
      }}
      at={null}
      asOf={null}
      lastEvent="2026-10-04T07:00:00Z"
      window="P2D"
      chosen={chosen}
      nodeHref={(id) => `/node/${id}`}
      runHref={(id) => `/run/${id}`}
      {...handlers}
    />,
  );
  return handlers;
}

it('shows causes in time and by rank; either way chooses one', async () => {
  const { onChoose } = show();
  const timeline = screen.getByRole('group', { name: 'Causes in time' });
  await userEvent.click(within(timeline).getByRole('button', { name: /^2: Late run/ }));
  expect(onChoose).toHaveBeenCalledWith(causes[1]);
  const list = screen.getByRole('list', { name: 'Causes' });
  expect(list).toHaveTextContent('in itself');
  await userEvent.click(within(list).getByRole('button', { name: /The code of load changed/ }));
  expect(onChoose).toHaveBeenLastCalledWith(causes[0]);
});

it('tells of the chosen one why it ranks there, its path and evidence', async () => {
  const { onChoose } = show({}, 1);
  const why = screen.getByRole('list', { name: 'Why it ranks here' });
  expect(why).toHaveTextContent('one job away');
  expect(screen.getByRole('list', { name: 'Path' })).toHaveTextContent('loadmart writes');
  expect(screen.getByText('It explains no. 2 too.')).toBeVisible();
  expect(screen.getByText('bbb')).toBeVisible();
  expect(screen.getByRole('link', { name: 'run-1' })).toHaveAttribute('href', '/run/run-1');
  expect(screen.getByRole('button', { name: /^1: New code/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await userEvent.click(screen.getByRole('button', { name: /^1: New code/ }));
  expect(onChoose).toHaveBeenCalledWith(null);
});

it('asks about another moment and further back', async () => {
  const { onAt, onWindow } = show();
  await userEvent.click(screen.getByRole('button', { name: 'the last event' }));
  expect(onAt).toHaveBeenCalledWith('2026-10-04T07:00:00Z');
  await userEvent.type(screen.getByRole('textbox'), '2026-10-03{Enter}');
  expect(onAt).toHaveBeenLastCalledWith('2026-10-03T00:00:00Z');
  await userEvent.selectOptions(screen.getByRole('combobox'), '7 days');
  expect(onWindow).toHaveBeenCalledWith('P7D');
});

it('says when there is none, and when not all was looked at', () => {
  show({
    causes: [],
    total: 0,
    complete: false,
    cut: { reason: 'max_distance', frontier_count: 3, limit: 1 },
  });
  expect(screen.getByText(/Nothing out of the ordinary upstream between/)).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('a distance of 1 job');
});
