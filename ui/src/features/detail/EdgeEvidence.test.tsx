import { render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import { server } from '../../test/samples';
import { EdgeEvidence } from './EdgeEvidence';

const version: Schemas['EdgeVersion'] = {
  kind: 'reads',
  via: null,
  valid_from: '2026-10-01T00:00:00.000000Z',
  valid_to: '2026-10-03T00:00:00.000000Z',
  recorded_from: 3,
  recorded_to: null,
  end_reason: 'code_version',
  current: false,
  evidence: {
    first_seen: '2026-10-01T00:00:00.000000Z',
    last_seen: '2026-10-02T00:00:00.000000Z',
    count: 2,
    facets: ['inputs_outputs'],
    producers: ['p'],
    runs: ['r/1', 'r/2'],
  },
};
const props = {
  from: 'dataset:n:a',
  to: 'job:n:j',
  nodeHref: (id: string) => id,
  runHref: (id: string) => `/run/${id}`,
};

it('says why an edge ended, and who vouched for it', async () => {
  const edges: Schemas['EdgeHistory'] = {
    from: props.from,
    to: props.to,
    edges: [version],
    seq: 9,
  };
  vi.stubGlobal('fetch', server({ '/edges': edges }));
  render(<EdgeEvidence {...props} />);
  expect(await screen.findByText('A run under new code no longer shows it.')).toBeVisible();
  expect(screen.getByText('2 times')).toBeVisible();
  expect(screen.getAllByRole('link', { name: /^r\// })).toHaveLength(2);
});

it('tells what was known before from what is known', async () => {
  const earlier = {
    ...version,
    valid_to: null,
    end_reason: null,
    recorded_from: 1,
    recorded_to: 3,
  };
  vi.stubGlobal(
    'fetch',
    server({ '/edges': { from: '', to: '', edges: [version, earlier], seq: 9 } }),
  );
  render(<EdgeEvidence {...props} />);
  expect(await screen.findByText('does not hold any more')).toBeVisible();
  expect(screen.getByText('What was known before (1)')).toBeVisible();
  expect(screen.getByText('as it was known until record 3')).not.toBeVisible();
});

it('says when there never was one', async () => {
  vi.stubGlobal('fetch', server({ '/edges': { from: '', to: '', edges: [], seq: 9 } }));
  render(<EdgeEvidence {...props} />);
  expect(await screen.findByText('These two were never connected directly.')).toBeVisible();
});
