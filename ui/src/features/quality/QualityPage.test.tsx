import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useHref } from '../../lib/router';
import type { Asked } from '../../test/partitionSamples';
import { answering } from '../../test/partitionSamples';
import { anomaly, monitorsOf } from '../../test/qualitySamples';
import { QualityPage } from './QualityPage';
import type { AnomaliesAnswer, MonitorsAnswer } from './useQuality';

let asked: Asked[] = [];

const none: MonitorsAnswer = {
  at: '2026-10-07T00:00:00Z',
  seq: 1,
  monitors: [],
  judged: 40,
  next_cursor: null,
};

const anomalies: AnomaliesAnswer = {
  from: '2026-10-01',
  to: '2026-10-08',
  at: '2026-10-07T13:00:00Z',
  seq: 1,
  cost_measure: 'amount',
  cost_unit: 'USD',
  anomalies: [
    anomaly(),
    anomaly({
      kind: 'cost',
      nodeId: 'job:n:load',
      day: '2026-10-03',
      measure: 'amount',
      value: 3.5,
      expected: 0.38,
      low: 0.25,
      high: 0.57,
      z: 60,
    }),
    anomaly({
      kind: 'freshness',
      day: '2026-10-02',
      measure: 'age_seconds',
      value: 172_800,
      expected: 86_400,
      low: 0,
      high: 100_800,
      z: 7,
    }),
    anomaly({ kind: 'schema', day: '2026-10-01', measure: 'dropped', column: 'cents', value: 3 }),
    anomaly({
      kind: 'distribution',
      day: '2026-10-01',
      measure: 'null_share',
      column: 'cents',
      value: 0.5,
      expected: 0.01,
      low: 0,
      high: 0.02,
      status: 'warning',
      z: 4,
    }),
  ],
  totalCount: 7,
  next_cursor: 'more',
};

function Page() {
  return <QualityPage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(query: string, answer: (asked: Asked) => unknown) {
  const server = answering(answer);
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
  window.history.replaceState(null, '', `/quality${query}`);
  render(<Page />);
}

const monitors = ({ query }: Asked) => {
  if (query.get('status') !== 'failing') return none;
  const name = query.get('cursor') ? 'later' : 'orders';
  return {
    ...none,
    monitors: [monitorsOf({ nodeId: `dataset:n:${name}` })],
    next_cursor: query.get('cursor') ? null : 'next',
  };
};

beforeEach(() => localStorage.clear());

describe('monitors', () => {
  it('list what fails and what is unusual, with the numbers behind each verdict', async () => {
    open('', monitors);
    const failing = await screen.findByRole('list', { name: 'Failing datasets' });
    expect(within(failing).getByRole('list', { name: 'Monitors of orders' })).toHaveTextContent(
      /^Volumefailingrows written a day: 44,782; usual 40,000; from 38,000 to 42,000 \(8 values of the same weekday\)$/,
    );
    expect(within(failing).getByText(/Set by ada/)).toHaveTextContent('late on purpose');
    expect(screen.getByRole('link', { name: 'Profile of orders' })).toHaveAttribute(
      'href',
      `/lineage/${encodeURIComponent('dataset:n:orders')}?profile=`,
    );
    expect(await screen.findByText('No dataset is unusual.')).toBeVisible();
    expect(asked.map((a) => a.query.get('status')).sort()).toEqual(['failing', 'warning']);
  });

  it('go on where a page ended, and say how many were looked at', async () => {
    open('?status=failing', monitors);
    const section = await screen.findByRole('region', { name: 'Failing' });
    expect(
      await within(section).findByText('1 so far, of the first 40 datasets judged'),
    ).toHaveAttribute('role', 'status');
    await userEvent.click(within(section).getByRole('button', { name: 'Load more' }));
    expect(await screen.findByRole('list', { name: 'Monitors of later' })).toBeVisible();
    expect(within(section).getByRole('status')).toHaveTextContent('2 of 80 datasets judged');
    expect(within(section).queryByRole('button')).toBeNull();
  });

  it('are chosen by status, kind and moment, all in the address', async () => {
    open('', monitors);
    await screen.findByRole('list', { name: 'Failing datasets' });
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Which are' }), 'learning');
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'By' }), 'volume');
    const at = screen.getByRole('textbox', { name: 'As of' });
    await userEvent.type(at, '2026-10-05{Enter}');
    expect(window.location.search).toBe('?status=learning&kind=volume&at=2026-10-05T00%3A00%3A00Z');
    expect(await screen.findByText('No dataset is learning by its volume.')).toBeVisible();
    expect(asked.at(-1)?.query.toString()).toBe(
      'status=learning&kind=volume&at=2026-10-05T00%3A00%3A00Z&limit=50',
    );
  });

  it('say what went wrong, and try again', async () => {
    open('?status=failing', () => undefined);
    expect(await screen.findByRole('alert')).toHaveTextContent('Not found');
    const before = asked.length;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(asked.length).toBe(before + 1);
  });
});

describe('anomalies', () => {
  const answer = ({ query }: Asked) =>
    query.get('cursor')
      ? { ...anomalies, anomalies: [anomaly({ day: '2026-09-30' })], next_cursor: null }
      : anomalies;

  it('say what was seen, what is usual, and lead to where it can be looked at', async () => {
    open('?tab=anomalies', answer);
    expect(await screen.findByText(/^7 anomalies from 2026-10-01 to 2026-10-07/)).toHaveAttribute(
      'role',
      'status',
    );
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows[0]).toHaveTextContent('rows written: 12; usual 1,000; from 900 to 1,100');
    expect(rows[0]).toHaveTextContent('−15.5');
    expect(rows[1]).toHaveTextContent(
      'amount: 3.50 USD; usual 0.38 USD; from 0.25 USD to 0.57 USD',
    );
    expect(rows[1]).toHaveTextContent('+50 and more');
    expect(rows[2]).toHaveTextContent('not written for 2 d; usual 1 d; at most 1 d 4 h');
    expect(rows[3]).toHaveTextContent('cents dropped, and 2 other breaks');
    expect(rows[4]).toHaveTextContent('cents, null share: 50%; usual 1%; from 0% to 2%');
    expect(rows[4]).toHaveTextContent('unusual');
    const href = (row: number) =>
      within(rows[row]!).getAllByRole('link').at(-1)?.getAttribute('href');
    expect(href(1)).toBe(
      '/costs?by=namespace%2Cjob&from=2026-10-03T00%3A00%3A00Z&to=2026-10-04T00%3A00%3A00Z',
    );
    expect(href(4)).toBe(`/lineage/${encodeURIComponent('dataset:n:orders')}?profile=cents`);
  });

  it('are filtered by kind and days, and loaded page by page', async () => {
    open('?tab=anomalies&from=2026-10-01T00:00:00Z&to=2026-10-08T00:00:00Z', answer);
    const kinds = await screen.findByRole('group', { name: 'Kinds' });
    await userEvent.click(within(kinds).getByRole('button', { name: 'Cost' }));
    await userEvent.click(within(kinds).getByRole('button', { name: 'Volume' }));
    expect(new URLSearchParams(window.location.search).get('kinds')).toBe('volume,cost');
    await vi.waitFor(() => expect(asked.at(-1)?.query.get('kind')).toBe('volume,cost'));
    await userEvent.click(await screen.findByRole('button', { name: 'Load more' }));
    await vi.waitFor(() => expect(asked.at(-1)?.query.get('cursor')).toBe('more'));
    await userEvent.click(screen.getByRole('button', { name: '30 days' }));
    expect(window.location.search).toBe(
      '?tab=anomalies&kinds=volume%2Ccost&days=30&to=2026-10-08T00%3A00%3A00Z',
    );
    await vi.waitFor(() => expect(asked.at(-1)?.query.get('from')).toBe('2026-09-08T00:00:00Z'));
  });

  it('are good news where there are none', async () => {
    open('?tab=anomalies', () => ({
      ...anomalies,
      anomalies: [],
      totalCount: 0,
      next_cursor: null,
    }));
    expect(await screen.findByText(/Nothing was unlike its own history/)).toHaveTextContent(
      'from 2026-10-01 to 2026-10-07',
    );
  });
});
