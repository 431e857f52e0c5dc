import { expect, it } from 'vitest';
import { columnSources, sql, webUrl } from './facetReads';

it('reads where a column comes from', () => {
  const facets = {
    columnLineage: {
      fields: {
        total: {
          inputFields: [
            {
              namespace: 'n',
              name: 't',
              field: 'cents',
              transformations: [{ type: 'DIRECT', subtype: 'AGGREGATION' }],
            },
            {
              namespace: 'n',
              name: 't',
              field: 'status',
              transformations: [{ type: 'INDIRECT', subtype: 'FILTER' }],
            },
          ],
        },
      },
    },
  };
  expect(columnSources(facets, 'total').map((s) => `${s.field} ${s.how}`)).toEqual([
    'cents aggregation',
    'status filter (indirect)',
  ]);
  expect(columnSources(facets, 'other')).toEqual([]);
  expect(columnSources({ columnLineage: { fields: null } }, 'total')).toEqual([]);
});

it('links only to the web', () => {
  expect(webUrl('https://a.example/x')).toBe('https://a.example/x');
  expect(webUrl('javascript:alert(1)')).toBeNull();
  expect(sql({ sql: { query: 7 } })).toBeNull();
});
