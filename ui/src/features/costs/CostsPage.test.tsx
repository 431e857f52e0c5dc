import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import { useHref } from '../../lib/router';
import type { Asked } from '../../test/partitionSamples';
import { answering } from '../../test/partitionSamples';
import { CostsPage } from './CostsPage';
import {
  below,
  within2,
  compared,
  hotspots,
  lastHotspots,
  lastWaste,
  odd,
  series,
  sunburst,
  waste,
} from './costSamples';
import type { Booked } from './useCosts';

let asked: Asked[] = [];
let books: Schemas['PriceBookAnswer'][] = [];
let refusal: Schemas['Problem'] | null = null;

function book(version: number): Schemas['PriceBookAnswer'] {
  const of = (n: number) => ({ version: n, at: '2026-10-01T00:00:00Z', author: 'ada', reason: '' });
  return {
    ...of(version),
    book: {
      currency: 'EUR',
      prices: [{ unit: 'slot_ms', price: 0.04, per: 3600000, namespace: 'reserved*' }],
    },
    versions: Array.from({ length: version }, (_, i) => of(i + 1)),
    seq: 40,
  };
}

function answer({ method, path, query, body }: Asked): unknown {
  if (path === '/costs/sunburst') {
    if (query.get('compare_from')) return compared();
    const depth = query.getAll('path').length;
    if (depth > 1) return within2();
    return depth === 1 ? below() : sunburst();
  }
  if (path === '/costs/series') return series();
  if (path === '/costs/hotspots') return query.get('cursor') ? lastHotspots() : hotspots();
  if (path === '/costs/waste') return query.get('cursor') ? lastWaste() : waste();
  if (path === '/costs/anomalies') return odd();
  if (path === '/price-book/reprice') return { seq: 41 };
  if (path !== '/price-book') return undefined;
  if (method === 'PUT') {
    if (refusal) {
      return Response.json(refusal, { status: 400 });
    }
    books = [{ ...book(books.length + 1), book: (body as Schemas['PriceBookRequest']).book }];
    return books[0];
  }
  return books[0];
}

beforeEach(() => {
  localStorage.clear();
  books = [];
  refusal = null;
  const server = answering(answer);
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
});

function Page() {
  return <CostsPage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(query = '') {
  window.history.replaceState(null, '', `/costs${query}`);
  render(<Page />);
}

const days = '?from=2026-10-01T00:00:00Z&to=2026-10-31T00:00:00Z';
const piece = (name: RegExp) => screen.getByRole('treeitem', { name });
const search = () => new URLSearchParams(window.location.search);
const lastAsked = (path: string) => asked.filter((a) => a.path === path).at(-1)!;

describe('parts', () => {
  it('are a tree that says name, value and share, with the others', async () => {
    open(days);
    const tree = await screen.findByRole('tree', { name: 'Amount by owner, job' });
    const names = within(tree)
      .getAllByRole('treeitem')
      .map((item) => item.getAttribute('aria-label'));
    expect(names).toEqual([
      'All, 100.00 USD, 100% of all',
      'team:data, 60.00 USD, 60% of all',
      '(no owner), 30.00 USD, 30% of all',
      '3 others, 10.00 USD, 10% of all',
      'load, 45.00 USD, 45% of all',
      'build, 15.00 USD, 15% of all',
      'old, 30.00 USD, 30% of all',
    ]);
    expect(piece(/^load/)).toHaveAttribute('aria-level', '3');
    expect(lastAsked('/costs/sunburst').query.toString()).toBe(
      'measure=amount&from=2026-10-01T00%3A00%3A00Z&to=2026-10-31T00%3A00%3A00Z&by=owner%2Cjob&view=direct&max_arcs=500',
    );
  });

  it('are the same in the table, which adds up', async () => {
    open(days);
    const table = await screen.findByRole('table');
    const rows = within(table)
      .getAllByRole('row')
      .map((row) => row.textContent);
    expect(rows).toEqual([
      'OwnerAmountShare',
      'team:data60.00 USD60%',
      '(no owner)30.00 USD30%',
      '3 others10.00 USD10%',
      'Together100.00 USD100%',
    ]);
  });

  it('are walked with arrows, entered with Enter and left with Escape, a step of the history each', async () => {
    open(days);
    const tree = await screen.findByRole('tree');
    act(() => piece(/^All/).focus());
    await userEvent.keyboard('{ArrowDown}');
    expect(piece(/^team:data/)).toHaveFocus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(piece(/^3 others/)).toHaveFocus();
    await userEvent.keyboard('{ArrowRight}{ArrowDown}{End}');
    expect(piece(/^build/)).toHaveFocus();
    expect(
      within(tree)
        .getAllByRole('treeitem')
        .filter((i) => i.tabIndex === 0),
    ).toEqual([piece(/^build/)]);
    await userEvent.keyboard('{ArrowUp}{Enter}');
    expect(search().getAll('path')).toEqual(['team:data']);
    expect(
      await screen.findByRole('treeitem', { name: /^team:data, 60.00 USD, 60% of all/ }),
    ).toHaveFocus();
    expect(lastAsked('/costs/sunburst').query.getAll('path')).toEqual(['team:data']);
    await userEvent.keyboard('{Escape}');
    expect(search().getAll('path')).toEqual([]);
  });

  it('show the way to where one is, with shares, and lead to lineage', async () => {
    open(`${days}&path=team%3Adata`);
    const way = await screen.findByRole('navigation', { name: 'Path' });
    expect(way).toHaveTextContent('All 100.00 USDteam:data 60.00 USD · 60% of All');
    const table = screen.getByRole('table');
    expect(within(table).getByRole('row', { name: /load/ })).toHaveTextContent('45.00 USD75%');
    expect(screen.getByRole('link', { name: 'Lineage of load' })).toHaveAttribute(
      'href',
      `/lineage/${encodeURIComponent('job:n:load')}`,
    );
    // The last ring cannot be entered.
    expect(within(table).queryByRole('button', { name: 'load' })).toBeNull();
    await userEvent.click(within(way).getByRole('link', { name: 'All' }));
    expect(search().getAll('path')).toEqual([]);
  });

  it('ask for every step between all and where one is', async () => {
    open(`${days}&by=owner,job,day&path=team%3Adata&path=job%3An%3Aload`);
    const way = await screen.findByRole('navigation', { name: 'Path' });
    await vi.waitFor(() =>
      expect(within(way).getAllByRole('listitem')[1]).toHaveTextContent(
        'team:data 60.00 USD · 60% of All',
      ),
    );
    expect(within(way).getAllByRole('listitem')[2]).toHaveTextContent(
      'load 45.00 USD · 75% of team:data · 45% of all',
    );
    const one = asked.find((a) => a.query.get('max_arcs') === '1');
    expect(one?.query.getAll('path')).toEqual(['team:data']);
  });

  it('draw more of what is put together', async () => {
    open(days);
    await userEvent.click(await screen.findByRole('button', { name: 'Show 2,000' }));
    expect(search().get('max')).toBe('2000');
    act(() => piece(/^3 others/).focus());
    await userEvent.keyboard('{Enter}');
    expect(search().get('max')).toBe('8000');
  });

  it('say how they changed, by sign and in words; what has no area is in the table', async () => {
    open(`${days}&compare=previous`);
    expect(await screen.findByRole('treeitem', { name: /^team:data/ })).toHaveAccessibleName(
      'team:data, 60.00 USD, 60% of all, +100%, before 30.00 USD',
    );
    expect(lastAsked('/costs/sunburst').query.get('compare_from')).toBe('2026-09-01T00:00:00Z');
    expect(piece(/^team:new/)).toHaveAccessibleName(/new, before 0.00 USD/);
    expect(piece(/^team:new/)).toHaveTextContent('+ team:new');
    const table = screen.getByRole('table');
    expect(within(table).getByRole('row', { name: /team:gone/ })).toHaveTextContent(
      'gone−52.00 USD',
    );
    expect(within(table).getByRole('row', { name: /team:credit/ })).toHaveTextContent(
      '−2.00 USD−2%no change',
    );
    expect(screen.getByText(/2 parts at or below zero have no area/)).toBeVisible();
    expect(screen.getByRole('list', { name: 'Legend' })).toHaveTextContent('+50% and more');
  });

  it('are cut by other dimensions in another order, by keyboard', async () => {
    open(`${days}&by=owner,job,day&path=team%3Adata`);
    await screen.findByRole('tree');
    const out = screen.getByRole('button', { name: 'Move Job outwards' });
    out.focus();
    await userEvent.keyboard('{Enter}');
    expect(search().get('by')).toBe('owner,day,job');
    expect(search().getAll('path')).toEqual(['team:data']);
    // It is the outermost now; the focus stays with it.
    expect(screen.getByRole('button', { name: 'Move Job inwards' })).toHaveFocus();
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Add a dimension' }), 'Tag');
    await userEvent.click(screen.getByRole('button', { name: 'Remove Owner' }));
    expect(search().get('by')).toBe('day,job,tag');
    expect(search().getAll('path')).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Inherited' }));
    await vi.waitFor(() =>
      expect(lastAsked('/costs/sunburst').query.get('view')).toBe('inherited'),
    );
  });

  it('are the same as an icicle', async () => {
    open(`${days}&shape=icicle`);
    const tree = await screen.findByRole('tree');
    expect(within(tree).getAllByRole('treeitem')).toHaveLength(7);
    await userEvent.click(piece(/^team:data/));
    expect(search().getAll('path')).toEqual(['team:data']);
    expect(search().get('shape')).toBe('icicle');
  });

  it('say what to do where nothing is booked', async () => {
    const none = sunburst();
    const server = answering(() => ({
      ...none,
      total: 0,
      root: { ...none.root, value: 0, children: [], other: null },
    }));
    vi.stubGlobal('fetch', server.fetch);
    open();
    expect(await screen.findByText(/No amount from/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Show runs' }));
    expect(search().get('measure')).toBe('runs');
    await userEvent.click(screen.getByRole('button', { name: 'The last 90 days' }));
    expect(search().get('days')).toBe('90');
  });
});

it('shows series with the numbers beside them', async () => {
  open(`${days}&tab=time`);
  expect(await screen.findByRole('img')).toHaveAccessibleName(
    /together 8.00 USD, the most in 2026-10-01: 4.00 USD/,
  );
  const rows = screen.getAllByRole('row').map((row) => row.textContent?.replaceAll(/\s+/g, ' '));
  expect(rows).toEqual([
    'DayTogether team:data 4 others',
    'All8.00 USD6.00 USD 75%2.00 USD 25%',
    '2026-10-014.00 USD2.00 USD2.00 USD',
    '2026-10-024.00 USD4.00 USD–',
  ]);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Period' }), 'Week');
  await vi.waitFor(() => expect(lastAsked('/costs/series').query.get('interval')).toBe('week'));
});

it('says how few make half, and runs the sum over pages', async () => {
  open(`${days}&tab=hot`);
  expect(await screen.findByText('2 of 4 jobs make half of it (50% of the jobs).')).toBeVisible();
  expect(screen.getByRole('row', { name: /^2 b/ })).toHaveTextContent('30.00 USD30%70% half');
  await userEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect(await screen.findByRole('row', { name: /^4 d/ })).toHaveTextContent('10.00 USD10%100%');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Of' }), 'Namespace');
  expect(search().get('of')).toBe('namespace');
});

it('says which days were unusual, against what, and looks no further than the server does', async () => {
  open('?tab=odd&from=2026-01-01T00:00:00Z&to=2026-10-31T00:00:00Z');
  const row = await screen.findByRole('row', { name: /load/ });
  expect(row).toHaveTextContent('2026-10-30');
  expect(row).toHaveTextContent('too much 90.00 USD');
  expect(row).toHaveTextContent('usual 30.00 USD, 20.00 USD to 45.00 USD is ok (28 days)');
  expect(row).toHaveTextContent('45%');
  expect(screen.getByText(/Only the last 92 days/)).toBeVisible();
  expect(lastAsked('/costs/anomalies').query.get('from')).toBe('2026-07-31T00:00:00Z');
});

describe('waste', () => {
  it('says why it is waste, how much there is, and where to look', async () => {
    open(`${days}&tab=waste`);
    const unread = await screen.findByRole('region', { name: 'Read by nobody' });
    expect(unread).toHaveTextContent('25.00 USD 25% of all');
    expect(unread).toHaveTextContent('The 1 largest of 2.');
    const rewrites = screen.getByRole('region', { name: 'Written again as it was' });
    expect(within(rewrites).getByRole('row', { name: /daily/ })).toHaveTextContent(
      '2 runs wrote 9 partitions as they were',
    );
    expect(within(unread).getByRole('link', { name: /=old/ })).toHaveAttribute(
      'href',
      `/lineage/${encodeURIComponent('dataset:n:=old')}`,
    );
  });

  it('writes a file of all pages', async () => {
    const blobs: Blob[] = [];
    vi.stubGlobal(
      'URL',
      Object.assign(URL, {
        createObjectURL: (blob: Blob) => `blob:${blobs.push(blob)}`,
        revokeObjectURL: () => {},
      }),
    );
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
    open(`${days}&tab=waste`);
    await userEvent.click(await screen.findByRole('button', { name: 'CSV' }));
    await vi.waitFor(() => expect(blobs).toHaveLength(1));
    expect(await blobs[0]!.text()).toBe(
      [
        'why,nodeId,name,amount,scale,unit,runs,partitions',
        "unread,dataset:n:=old,'=old,20000000,1000000,USD,,",
        'unread,dataset:n:older,older,5000000,1000000,USD,,',
        'rewrites,dataset:n:daily,daily,5000000,1000000,USD,2,9',
        '',
      ].join('\r\n'),
    );
  });
});

describe('prices', () => {
  it('begin with an example where there is no book, and become one', async () => {
    localStorage.setItem('headwater.author', 'ada');
    open('?tab=prices');
    expect(await screen.findByText(/There is no price book yet/)).toBeVisible();
    const text = screen.getByRole('textbox', { name: 'Price book, JSON' });
    fireEvent.change(text, { target: { value: '{"currency": "EUR",}' } });
    expect(screen.getByRole('alert')).toHaveTextContent(
      'Line 1: Not JSON from line 1, column 20 on.',
    );
    expect(screen.getByRole('button', { name: 'Put this version' })).toBeDisabled();
    fireEvent.change(text, { target: { value: '{"currency": "EUR"}' } });
    await userEvent.click(screen.getByRole('button', { name: 'Put this version' }));
    expect(await screen.findByRole('heading', { name: 'Version 1, the newest' })).toBeVisible();
    expect(asked.find((a) => a.method === 'PUT')?.body).toEqual({
      author: 'ada',
      book: { currency: 'EUR' },
    });
  });

  it('say at which line the server found what is wrong', async () => {
    localStorage.setItem('headwater.author', 'ada');
    books = [book(2)];
    refusal = {
      type: '/docs/errors/invalid-argument',
      title: 'Not valid',
      status: 400,
      detail: "The price book's /prices/0/price must be a decimal of at most six digits.",
      code: 'invalid-argument',
      pointer: '/book',
    };
    open('?tab=prices');
    const rules = await screen.findByRole('table', { name: 'Rules' });
    expect(rules).toHaveTextContent('Price0.04 EUR3,600,000 slot_msreserved*always');
    const put = screen.getByRole('button', { name: 'Put this version' });
    await userEvent.click(put);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Line 6: The price book');
    expect(alert).toHaveTextContent('"price": 0.04');
    refusal = { ...refusal, pointer: '/author', detail: 'author is too long.' };
    await userEvent.click(put);
    await vi.waitFor(() =>
      expect(screen.getByRole('alert')).toHaveTextContent('author is too long.'),
    );
    expect(screen.getByRole('textbox', { name: 'Price book, JSON' })).not.toBeInvalid();
  });

  it('are given to the past', async () => {
    localStorage.setItem('headwater.author', 'ada');
    books = [book(1)];
    open(`${days}&tab=prices`);
    await userEvent.click(await screen.findByRole('button', { name: 'Reprice' }));
    expect(await screen.findByText(/Booked as record 41/)).toHaveTextContent('known_at=40');
    expect(lastAsked('/price-book/reprice').body).toEqual({
      author: 'ada',
      from: '2026-10-01T00:00:00Z',
      to: '2026-10-31T00:00:00Z',
    });
  });
});

const noneAt = (booked: Booked) => {
  const none = sunburst({ booked });
  const root = { ...none.root, value: 0, children: [], other: null };
  return { ...none, total: 0, root };
};
const booked = { from: '2026-08-26T03:00:00Z', to: '2026-10-05T06:09:08Z' };

function serve(reply: (asked: Asked) => unknown) {
  const server = answering(reply);
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
}

describe('where the interval is empty', () => {
  it('says so, and offers the latest days that hold costs', async () => {
    serve(() => noneAt(booked));
    open('?from=2026-10-29T00:00:00Z&to=2026-11-28T00:00:00Z');
    expect(await screen.findByText(/Nothing was booked from 2026-10-29/)).toBeVisible();
    expect(screen.getByText(/holds costs from 2026-08-26 to 2026-10-05/)).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Show runs' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '2026-09-06 to 2026-10-05' }));
    expect(search().get('from')).toBe('2026-09-06T00:00:00Z');
    expect(search().get('to')).toBe('2026-10-06T00:00:00Z');
  });

  it('is asked for where the answer does not say it', async () => {
    const empty = { ...hotspots(), totalCount: 0, items: [], next_cursor: null };
    serve(({ path }) => (path === '/costs/hotspots' ? empty : noneAt(booked)));
    open('?tab=hot&from=2026-10-29T00:00:00Z&to=2026-11-28T00:00:00Z');
    expect(await screen.findByRole('button', { name: '2026-09-06 to 2026-10-05' })).toBeVisible();
  });

  it('says so of costs over time as well', async () => {
    serve(() => ({
      ...series(),
      booked,
      series: [],
      other: { count: 0, value: 0, points: [0, 0] },
    }));
    open('?tab=time&from=2026-10-29T00:00:00Z&to=2026-11-28T00:00:00Z');
    expect(await screen.findByRole('button', { name: '2026-09-06 to 2026-10-05' })).toBeVisible();
  });

  it('is not praised for having no waste and no unusual days', async () => {
    serve(({ path }) =>
      path === '/costs/anomalies' ? { ...odd(), anomalies: [], totalCount: 0 } : noneAt(booked),
    );
    open('?tab=odd&from=2026-10-29T00:00:00Z&to=2026-11-28T00:00:00Z');
    expect(await screen.findByText(/Nothing was booked from/)).toBeVisible();
    expect(screen.queryByText(/Nothing cost unusually/)).toBeNull();
  });

  it('offers more days where the ledger is empty', async () => {
    serve(() => noneAt(null));
    open();
    expect(await screen.findByText(/No amount from/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'The last 90 days' })).toBeVisible();
  });
});

describe('filters', () => {
  it('offer what has costs, take any text, and stay in the address', async () => {
    open(`${days}&path=team%3Adata`);
    await screen.findByRole('tree');
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Add a filter' }), 'owner');
    const input = await screen.findByRole('combobox', { name: 'Owner' });
    expect(input).toHaveFocus();
    await vi.waitFor(() =>
      expect(
        [...document.querySelectorAll('datalist option')].map((o) => o.getAttribute('value')),
      ).toEqual(['team:data', '(no owner)']),
    );
    await userEvent.type(input, 'team:data{Enter}');
    expect(search().get('owner')).toBe('team:data');
    expect(search().getAll('path')).toEqual([]); // the walk begins anew
    await vi.waitFor(() =>
      expect(lastAsked('/costs/sunburst').query.get('owner')).toBe('team:data'),
    );
    const on = screen.getByRole('list', { name: 'Filters that are on' });
    expect(on).toHaveTextContent('Owner: team:data');
    expect(screen.getByRole('combobox', { name: 'Add a filter' })).toHaveFocus();
    await userEvent.click(
      within(on).getByRole('button', { name: 'Take away the filter by owner' }),
    );
    expect(search().get('owner')).toBeNull();
  });

  it('go with every question that knows them', async () => {
    const filters = 'job=job%3An%3Aload&consumer=consumer%3Abi%3Auser%3Aada';
    open(`${days}&tab=hot&${filters}`);
    await screen.findByRole('table');
    const query = lastAsked('/costs/hotspots').query;
    expect(query.get('job')).toBe('job:n:load');
    expect(query.get('consumer')).toBe('consumer:bi:user:ada');
    expect(screen.getByRole('list', { name: 'Filters that are on' })).toHaveTextContent(
      'Job: loadConsumer: ada',
    );
    await userEvent.click(screen.getByRole('link', { name: 'Waste' }));
    await screen.findByRole('region', { name: 'Read by nobody' });
    expect(lastAsked('/costs/waste').query.get('job')).toBe('job:n:load');
    expect(lastAsked('/costs/waste').query.get('consumer')).toBeNull();
    expect(screen.getByText(/the filter by consumer does not count here/)).toBeVisible();
    await userEvent.click(screen.getByRole('link', { name: 'Unusual days' }));
    expect(await screen.findByText(/filters do not count here/)).toBeVisible();
  });

  it('that leave nothing can be taken away at once', async () => {
    serve(() => noneAt({ from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' }));
    open(`${days}&tag=pii`);
    expect(await screen.findByText(/under these filters/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Without filters' }));
    expect(search().get('tag')).toBeNull();
  });

  it('choose consumers by name, and jobs that are none', async () => {
    const consumers = sunburst();
    consumers.root.children = [
      { ...consumers.root.children[0]!, name: '(not used)', key: '(not used)' },
      { ...consumers.root.children[0]!, name: 'user:ada', key: 'consumer:bi:user:ada' },
    ];
    serve((a) => (a.query.get('by') === 'consumer' ? consumers : answer(a)));
    open(days);
    const add = () => screen.getByRole('combobox', { name: 'Add a filter' });
    await userEvent.selectOptions(add(), 'consumer');
    await userEvent.selectOptions(
      await screen.findByRole('combobox', { name: 'Consumer' }),
      await screen.findByRole('option', { name: /^user:ada/ }),
    );
    expect(search().get('consumer')).toBe('consumer:bi:user:ada');
    await userEvent.click(screen.getByRole('button', { name: /the filter by consumer/ }));
    await userEvent.selectOptions(add(), 'consumer');
    await userEvent.selectOptions(
      await screen.findByRole('combobox', { name: 'Consumer' }),
      await screen.findByRole('option', { name: /^\(not used\)/ }),
    );
    expect(search().get('consumer')).toBe('(not used)');
    await userEvent.selectOptions(add(), 'job');
    await userEvent.click(screen.getByRole('button', { name: '(unattributed)' }));
    expect(search().get('job')).toBe('(unattributed)');
    // Escape leaves the field, not the filters.
    await userEvent.selectOptions(add(), 'tag');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('combobox', { name: 'Tag' })).toBeNull();
    expect(add()).toHaveFocus();
  });
});
