import { describe, expect, it } from 'vitest';
import { columnEdge, columnLayout, field, table } from './columnFixtures';
import { columnPaths, howText, linksOf } from './columnPaths';

const layout = columnLayout();
const p = field('b', 'p');

describe('the path of a column', () => {
  const paths = columnPaths(layout, p);
  const how = (id: string) => {
    const reached = paths.columns.get(id);
    return reached && `${reached.way} ${reached.certainty}`;
  };

  it('leads up and down by its own edges', () => {
    expect(how(p)).toBe('self direct');
    expect(how(field('a', 'x'))).toBe('up direct');
    expect(how(field('a', 'y'))).toBe('up indirect');
    expect(how(field('c', 'r'))).toBe('down direct');
    expect(how(field('a', 'z'))).toBeUndefined();
    expect(how(field('b', 'q'))).toBeUndefined();
    expect(how(field('c', 's'))).toBeUndefined();
  });

  it('leads into every column of a dataset that is only assumed to be fed', () => {
    expect(how(field('d', 't'))).toBe('down assumed');
    expect(how(field('d', 'u'))).toBe('down assumed');
    expect([...paths.cards].sort()).toEqual(['a', 'b', 'c', 'd'].map(table));
  });

  it('names the edges it takes', () => {
    expect([...paths.edges.values()].filter((way) => way === 'up')).toHaveLength(2);
    expect([...paths.edges.values()].filter((way) => way === 'down')).toHaveLength(2);
  });

  it('is masked where no open way leads', () => {
    expect(paths.columns.get(field('c', 'r'))?.masked).toBe(true);
    expect(paths.columns.get(field('a', 'x'))?.masked).toBe(false);
    const open = columnLayout();
    open.edges.push({ ...columnEdge(p, field('c', 'r')), id: 'second' });
    expect(columnPaths(open, p).columns.get(field('c', 'r'))?.masked).toBe(false);
  });

  it('goes back through an assumption to all columns of its source', () => {
    const back = columnPaths(layout, field('d', 't'));
    expect(back.columns.get(field('b', 'q'))).toMatchObject({ way: 'up', certainty: 'assumed' });
    expect(back.columns.get(field('a', 'x'))).toMatchObject({ way: 'up', certainty: 'assumed' });
    expect(back.columns.has(field('c', 'r'))).toBe(false);
  });

  it('keeps the surest of several ways, and ends in cycles', () => {
    const round = columnLayout();
    round.edges.push(
      columnEdge(field('a', 'x'), field('c', 's'), { kind: 'INDIRECT' }),
      columnEdge(field('c', 's'), field('a', 'z')),
    );
    const reached = columnPaths(round, field('a', 'z')).columns;
    expect(reached.get(field('c', 's'))?.certainty).toBe('direct');
  });
});

it('of a dataset is that of all its columns', () => {
  const paths = columnPaths(layout, table('b'));
  expect(paths.columns.get(field('b', 'q'))?.way).toBe('self');
  expect(paths.columns.get(field('a', 'z'))?.way).toBe('up');
  expect(paths.columns.size).toBe(3 + 2 + 2 + 2);
});

it('of what is not in the picture is none', () => {
  expect(columnPaths(layout, field('x', 'y')).cards.size).toBe(0);
});

it('walks thousands of columns behind one assumption in no time', () => {
  const wide = columnLayout();
  const many = Array.from({ length: 3000 }, (_, i) => ({
    ...wide.nodes[3]!.columns[0]!,
    id: field('d', `w${i}`),
  }));
  wide.nodes[3]!.columns = many;
  wide.edges.push(columnEdge(table('d'), table('c'), { assumed: true }));
  expect(columnPaths(wide, p).columns.get(many[2999]!.id)?.certainty).toBe('assumed');
});

it('lists the next columns with how they are made', () => {
  const { from, into } = linksOf(layout, p);
  expect(from.map((l) => [l.column, howText(l.edge)])).toEqual([
    [field('a', 'x'), 'identity'],
    [field('a', 'y'), 'filter (indirect)'],
  ]);
  expect(into.map((l) => [l.column, howText(l.edge)])).toEqual([
    [field('c', 'r'), 'hash'],
    [table('d'), 'assumed'],
  ]);
});

describe('nested fields', () => {
  const nested = columnLayout();
  const name = (card: number, row: number, text: string) => {
    const c = nested.nodes[card]!.columns[row]!;
    c.id = field(nested.nodes[card]!.label, text);
    c.name = text;
  };
  name(1, 0, 'p');
  name(1, 1, 'p.inner');
  nested.edges = [
    columnEdge(field('a', 'x'), field('b', 'p')),
    columnEdge(field('b', 'p.inner'), field('c', 'r')),
    columnEdge(field('b', 'p.other'), field('c', 's')),
  ];

  it('go with what holds them and with what they hold, not with what is beside them', () => {
    const whole = columnPaths(nested, field('b', 'p')).columns;
    expect(whole.has(field('c', 'r'))).toBe(true);
    expect(whole.has(field('c', 's'))).toBe(true);
    const part = columnPaths(nested, field('b', 'p.inner')).columns;
    expect(part.has(field('a', 'x'))).toBe(true);
    expect(part.has(field('c', 'r'))).toBe(true);
    expect(part.has(field('c', 's'))).toBe(false);
  });

  it('lead on through a column that has no row', () => {
    const paths = columnPaths(nested, field('c', 's'));
    expect(paths.columns.get(field('a', 'x'))?.way).toBe('up');
    expect(paths.cards.has(table('b'))).toBe(true);
  });
});

it('an edge at a whole dataset is as sure as it says', () => {
  const whole = columnLayout();
  whole.edges.push(columnEdge(table('c'), field('d', 't'), { kind: 'INDIRECT' }));
  const reached = columnPaths(whole, field('c', 's')).columns;
  expect(reached.get(field('d', 't'))?.certainty).toBe('indirect');
});
