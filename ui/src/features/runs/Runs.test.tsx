import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { run, server } from '../../test/samples';
import { RunDetail } from './RunDetail';
import { RunList } from './RunList';

const runHref = (id: string) => `/runs/${encodeURIComponent(id)}`;

it('shows why a run failed and what it touched', async () => {
  vi.stubGlobal(
    'fetch',
    server({
      '/jobs/runs/run/1': run({
        state: 'FAILED',
        parentRunId: 'p/1',
        facets: { errorMessage: { message: 'no such column', stackTrace: 'at line 3' } },
        inputDatasetVersions: [
          { datasetVersionId: { namespace: 's3://b', name: 'x/', version: null }, facets: {} },
        ],
        outputDatasetVersions: [
          {
            datasetVersionId: { namespace: 'n', name: 'mart', version: null },
            facets: { outputStatistics: { rowCount: 12 } },
          },
        ],
      }),
    }),
  );
  render(<RunDetail id="run/1" runHref={runHref} />);
  expect(await screen.findByLabelText('Error message')).toHaveTextContent('no such column');
  expect(screen.getByRole('link', { name: /x\// })).toHaveAttribute(
    'href',
    `/lineage/${encodeURIComponent('dataset:s3://b:x/')}`,
  );
  expect(screen.getByText('12 rows')).toBeVisible();
  expect(screen.getByRole('link', { name: 'p/1' })).toHaveAttribute('href', '/runs/p%2F1');
});

it('lists runs and fetches more', async () => {
  const fetch = vi.fn(
    server({
      '/namespaces/n/jobs/load/runs': {
        runs: [run(), run({ id: 'b', state: 'RUNNING', durationMs: null })],
        totalCount: 40,
        next_cursor: 'x',
      },
    }),
  );
  vi.stubGlobal('fetch', fetch);
  render(<RunList namespace="n" job="load" runHref={runHref} />);
  expect(await screen.findAllByRole('link')).toHaveLength(2);
  await userEvent.click(screen.getByRole('button', { name: 'More (2 of 40)' }));
  expect(fetch.mock.calls.at(-1)?.[0].url).toContain('limit=50');
});
