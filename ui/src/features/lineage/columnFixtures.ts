// A small column picture for tests: a → b → c by columns, b → d assumed.
import type { ColumnEdge } from './columnPaths';
import type { ColumnLayout } from './useLayout';

export const field = (dataset: string, column: string) => `datasetField:n:${dataset}:${column}`;
export const table = (dataset: string) => `dataset:n:${dataset}`;

const row = 24;
const head = 40;

function card(name: string, x: number, columns: string[]): ColumnLayout['nodes'][number] {
  return {
    id: table(name),
    type: 'DATASET',
    label: name,
    sublabel: 'n',
    x,
    y: 0,
    width: 200,
    height: head + columns.length * row,
    layer: 0,
    distance: 0,
    hidden_columns: 0,
    columns: columns.map((column, i) => ({
      id: field(name, column),
      name: column,
      type: 'INT',
      y: head + i * row + row / 2,
      distance: 0,
      assumed: false,
      masked: false,
      tags: [],
    })),
  };
}

export function columnEdge(
  source: string,
  target: string,
  more: Partial<ColumnEdge> = {},
): ColumnEdge {
  return {
    id: `${source}>${target}`,
    source,
    target,
    kind: 'DIRECT',
    transformations: [{ type: 'DIRECT', subtype: 'IDENTITY', masking: false }],
    masked: false,
    via: 'job:n:j',
    assumed: false,
    points: [
      [0, 0],
      [100, 50],
    ],
    back: false,
    ...more,
  };
}

const filter = [{ type: 'INDIRECT', subtype: 'FILTER', masking: false }];
const hash = [{ type: 'DIRECT', subtype: 'HASH', masking: true }];

export function columnLayout(more: Partial<ColumnLayout> = {}): ColumnLayout {
  return {
    root: table('b'),
    nodes: [
      card('a', 0, ['x', 'y', 'z']),
      card('b', 300, ['p', 'q']),
      card('c', 600, ['r', 's']),
      card('d', 600, ['t', 'u']),
    ],
    edges: [
      columnEdge(field('a', 'x'), field('b', 'p')),
      columnEdge(field('a', 'y'), field('b', 'p'), { kind: 'INDIRECT', transformations: filter }),
      columnEdge(field('a', 'z'), field('b', 'q')),
      columnEdge(field('b', 'p'), field('c', 'r'), { masked: true, transformations: hash }),
      columnEdge(field('b', 'q'), field('c', 's')),
      columnEdge(table('b'), table('d'), { assumed: true, transformations: [] }),
    ],
    width: 1000,
    height: 400,
    as_of: '2026-10-01T00:00:00.000000Z',
    seq: 1,
    complete: true,
    cut: null,
    ...more,
  };
}
