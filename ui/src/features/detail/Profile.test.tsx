import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Asked } from '../../test/partitionSamples';
import { answering } from '../../test/partitionSamples';
import { anomaly, judged, monitorsOf } from '../../test/qualitySamples';
import { ProfileOfDataset } from './ProfileSection';
import { monitorLines, shareText, verdictText } from '../../lib/verdicts';
import { columnsOf, inColumn, ofDataset, quantilesOf, samplesOf } from './quality';
import type { AnomaliesAnswer, Profile, ProfileColumn, ProfilesAnswer } from './useQuality';

function column(name: string, more: Partial<ProfileColumn> = {}): ProfileColumn {
  return {
    name,
    nulls: null,
    null_share: null,
    distinct: null,
    count: null,
    sum: null,
    mean: null,
    min: null,
    max: null,
    quantiles: [],
    ...more,
  };
}

function profile(day: number, more: Partial<Profile> = {}): Profile {
  return {
    time: `2026-10-0${day}T02:00:00.000000Z`,
    role: 'written',
    run_id: `run ${day}`,
    job: 'job:n:load',
    run_state: 'COMPLETED',
    nominal_start: null,
    nominal_end: null,
    rows: 1000 * day,
    bytes: null,
    files: null,
    total: { rows: null, bytes: null, files: null, updated: null },
    columns: [],
    assertions: [],
    ...more,
  };
}

const profiles = [
  profile(1, {
    columns: [
      column('amount', {
        null_share: 0.0001,
        quantiles: [
          { share: 0.5, value: 90 },
          { share: 0.99, value: 400 },
        ],
      }),
    ],
  }),
  profile(2, { rows: 5, role: 'read' }),
  profile(3, {
    columns: [
      column('day', { distinct: 7 }),
      column('amount', { null_share: 0.25, quantiles: [{ share: 0.5, value: 96 }] }),
    ],
    assertions: [
      { assertion: 'not_null', column: 'amount', severity: 'error', success: false },
      { assertion: 'unique', column: 'day', severity: null, success: true },
    ],
  }),
];

const monitors = monitorsOf();

describe('words', () => {
  it('say what was seen, what is usual and on what that rests', () => {
    expect(verdictText(judged, String)).toBe(
      '44782; usual 40000; from 38000 to 42000 (8 values of the same weekday)',
    );
    expect(verdictText({ ...judged, value: null, low: null, samples: 0 }, String)).toBe(
      'not measured; usual 40000; at most 42000',
    );
  });
  it('keep small shares', () => {
    expect([0, 0.25, 0.12345, 0.000012, 1].map(shareText)).toEqual([
      '0%',
      '25%',
      '12.35%',
      '0.0012%',
      '100%',
    ]);
  });
  it('are a line for each monitor, and say what they do not list', () => {
    const lines = monitorLines(monitors);
    expect(lines.map((l) => [l.kind, l.status, l.off])).toEqual([
      ['freshness', 'ok', false],
      ['volume', 'failing', false],
      ['schema', 'warning', false],
      ['distribution', 'unknown', true],
    ]);
    expect(lines[0]?.text).toContain('age 1 h; usual 22 h 13 min; at most 1 d 1 h');
    expect(lines[2]?.more).toEqual(['amount retyped from INT to TEXT', 'and 2 more']);
  });
});

describe('lines', () => {
  it('are of what was written, not of what readers saw', () => {
    expect(samplesOf(ofDataset(profiles), (p) => p.rows).map((s) => s.value)).toEqual([1000, 3000]);
  });
  it('have gaps where a column was not measured', () => {
    const samples = samplesOf(
      profiles,
      inColumn('amount', (c) => c.null_share),
    );
    expect(samples.map((s) => s.value)).toEqual([0.0001, null, 0.25]);
    expect(columnsOf(profiles)).toEqual(['amount', 'day']);
  });
  it('are one for each quantile that was ever reported', () => {
    expect(
      quantilesOf(ofDataset(profiles), 'amount').map((q) => [
        q.name,
        q.samples.map((s) => s.value),
      ]),
    ).toEqual([
      ['p50', [90, 96]],
      ['p99', [400, null]],
    ]);
  });
});

function anomalies(more: Partial<AnomaliesAnswer> = {}): AnomaliesAnswer {
  return {
    from: '2026-09-06',
    to: '2026-10-06',
    at: '2026-10-05T12:00:00Z',
    seq: 1,
    cost_measure: null,
    cost_unit: null,
    anomalies: [],
    totalCount: 0,
    next_cursor: null,
    ...more,
  };
}
let odd = anomalies();
let asked: Asked[] = [];

function show(answer: Partial<ProfilesAnswer>, choice: string | null = null) {
  const onColumn = vi.fn();
  const server = answering(({ path }) => {
    if (path === '/monitors') return { at: '', seq: 1, monitors: [monitors], next_cursor: null };
    if (path === '/anomalies') return odd;
    return {
      nodeId: 'dataset:n:orders',
      from: '2026-07-03T00:00:00Z',
      to: '2026-10-04T00:00:00Z',
      seq: 1,
      profiles,
      totalCount: 3,
      next_cursor: null,
      ...answer,
    };
  });
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
  render(<ProfileOfDataset nodeId="dataset:n:orders" choice={{ column: choice, onColumn }} />);
  return onColumn;
}

it('draws what was measured, and the chosen column', async () => {
  const onColumn = show({}, 'day');
  expect(await screen.findByRole('img', { name: /^Rows written/ })).toHaveAccessibleName(
    'Rows written from 2026-10-01 02:00:00 UTC to 2026-10-03 02:00:00 UTC: least 1,000, most 3,000, last 3,000',
  );
  expect(screen.getByRole('img', { name: /^Distinct values/ })).toBeVisible();
  expect(screen.queryByRole('img', { name: /^Null share/ })).toBeNull();
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Column' }), 'amount');
  expect(onColumn).toHaveBeenCalledWith('amount');
  expect(screen.getByRole('list', { name: 'Failed assertions' })).toHaveTextContent(
    'not_null of amount error',
  );
  const list = screen.getByRole('list', { name: 'Monitors' });
  expect(within(list).getAllByRole('listitem')[1]).toHaveTextContent(
    'Volumefailingrows written a day: 44,782; usual 40,000',
  );
  expect(screen.getByText(/Set by ada/)).toHaveTextContent('late on purpose');
});

it('names the quantiles, so that no colour is needed', async () => {
  show({});
  const chart = await screen.findByRole('img', { name: /^Quantiles/ });
  expect(chart).toHaveTextContent('p50');
});

it('says that there is more, and what to do where there is nothing', async () => {
  show({ totalCount: 2000 });
  expect(await screen.findByText(/The first 3 of 2,000 measurements/)).toBeVisible();
});

it('says how statistics come where there are none', async () => {
  show({ profiles: [], totalCount: 0 });
  expect(await screen.findByText(/Nothing was measured since 2026-07-03/)).toBeVisible();
});

it('lists what was odd of this dataset, and says how much more there is', async () => {
  odd = anomalies({
    anomalies: [
      anomaly(),
      anomaly({ day: '2026-10-04', kind: 'freshness', measure: 'age_seconds', value: 172_800 }),
    ],
    totalCount: 12,
  });
  show({});
  const list = await screen.findByRole('list', { name: 'Anomalies' });
  expect(within(list).getAllByRole('listitem')[0]).toHaveTextContent(
    '2026-10-05 Volumefailingrows written: 12; usual 1,000',
  );
  expect(within(list).getAllByRole('listitem')[1]).toHaveTextContent('not written for 2 d');
  expect(screen.getByText(/12 anomalies in the last 30 days; the newest 10/)).toBeVisible();
  const { query } = asked.find((one) => one.path === '/anomalies')!;
  expect(query.get('nodeId')).toBe('dataset:n:orders');
  expect(query.get('kind')).toBe('freshness,volume,schema,distribution');
  odd = anomalies();
});
