import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import { draftOf, impactHref } from '../../lib/impactUrl';
import { useHref } from '../../lib/router';
import { found, foundList } from '../../test/samples';
import { ImpactPage } from './ImpactPage';
import type { Affected } from './useImpact';

function affected(name: string, more: Partial<Affected> = {}): Affected {
  const nodeId = `dataset:n:${name}`;
  return {
    nodeId,
    type: 'DATASET',
    distance: 1,
    severity: 'breaking',
    rule: 'r',
    path: [
      {
        from: 'dataset:n:a',
        to: nodeId,
        kind: 'flow',
        via: null,
        assumed: true,
        evidence: { facet: 'lineage', runs: ['run-12345678'], first_seen: null, last_seen: null },
      },
    ],
    owners: ['team:x'],
    state: null,
    columns: ['cents'],
    assumed: true,
    change: 0,
    use: { readers: 2, consumers: 1, uses: 40 },
    weight: 100,
    recompute: null,
    ...more,
  };
}

const rows = [affected('one'), affected('two', { severity: 'degraded', owners: [] })];
const recompute_cost = {
  amount_micros: 3_200_000,
  currency: 'USD',
  duration_ms: 720_000,
  jobs: 5,
  jobs_known: 2,
};
const summary = {
  breaking: 1,
  degraded: 1,
  recompute: 0,
  datasets: 2,
  jobs: 0,
  consumers: 3,
  recompute_cost,
};
const bodies: Schemas['ImpactRequest'][] = [];

beforeEach(() => {
  bodies.length = 0;
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.url.includes('/search')) {
      return Response.json(foundList([found({ type: 'JOB', name: 'load', nodeId: 'job:n:load' })]));
    }
    if (!request.url.includes('/impact')) return Response.json({ graph: [] });
    const body = (await request.json()) as Schemas['ImpactRequest'];
    bodies.push(body);
    const wanted = body.filters?.severity;
    const shown = rows.filter((r) => !wanted || wanted.includes(r.severity));
    return Response.json({
      changes: [],
      affected: shown,
      summary: wanted ? { ...summary, degraded: 0, datasets: shown.length } : summary,
      ...(body.group_by
        ? {
            groups: [
              { key: 'team:x', breaking: 1, degraded: 0, recompute: 0, nodes: ['dataset:n:one'] },
              { key: '', breaking: 0, degraded: 3, recompute: 0, nodes: ['dataset:n:two'] },
            ],
          }
        : {}),
      as_of: '',
      seq: 1,
      complete: true,
      cut: null,
      next_cursor: null,
    });
  });
});

function Page() {
  return <ImpactPage params={new URL(useHref(), 'http://localhost').searchParams} />;
}

function open(href: string) {
  window.history.replaceState(null, '', href);
  render(<Page />);
}

const asked = impactHref({
  changes: [{ ...draftOf('column_dropped', 'dataset:n:a'), column: 'cents' }],
});

it('asks what its address says, and opens a line to its path with evidence', async () => {
  open(asked);
  const table = await screen.findByRole('table');
  expect(bodies[0]).toMatchObject({
    changes: [{ kind: 'column_dropped', nodeId: 'dataset:n:a', column: 'cents' }],
    evidence: true,
  });
  await userEvent.click(within(table).getByRole('button', { name: 'Path to one' }));
  const path = within(table).getByRole('list', { name: 'Path' });
  expect(path).toHaveTextContent('one flow, assumedfrom lineage · run run-1234');
  expect(new URLSearchParams(window.location.search).get('open')).toBe('dataset:n:one');
  expect(within(table).getByRole('link', { name: 'Show in the picture' })).toHaveAttribute(
    'href',
    expect.stringContaining('ccol=cents&hit=dataset%3An%3Aone'),
  );
});

it('filters on the server and still tells how much there is', async () => {
  open(asked);
  await userEvent.click(await screen.findByRole('button', { name: '1 degraded' }));
  await vi.waitFor(() =>
    expect(bodies.some((b) => b.filters?.severity?.includes('degraded'))).toBe(true),
  );
  await vi.waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2));
  expect(await screen.findByRole('button', { name: '1 breaking' })).toBeEnabled();
  await userEvent.selectOptions(
    screen.getByRole('combobox', { name: 'Certainty' }),
    'certain only',
  );
  expect(window.location.search).toContain('assumed=false');
  await userEvent.click(
    await screen.findByRole('button', { name: 'Remove the filter certain only' }),
  );
  expect(window.location.search).not.toContain('assumed');
  await userEvent.click(await screen.findByRole('button', { name: 'Clear filters' }));
  expect(window.location.search).not.toContain('severity');
});

it('groups by owner, with what is on later pages', async () => {
  open(`${asked}&group=owner`);
  const head = await screen.findByRole('button', { name: /team:x.*1 breaking/ });
  expect(bodies.at(-1)?.group_by).toBe('owner');
  expect(screen.getByRole('button', { name: /nobody.*3 degraded/ })).toBeVisible();
  expect(screen.getByText('2 more on later pages')).toBeVisible();
  await userEvent.click(head);
  expect(screen.queryByRole('link', { name: /one/ })).toBeNull();
});

it('adds a change by name, and asks once it is complete', async () => {
  open('/impact');
  expect(bodies).toHaveLength(0);
  await userEvent.type(screen.getByRole('combobox', { name: 'What changes (1)' }), 'lo');
  await userEvent.click(await screen.findByRole('option', { name: /load/ }));
  expect(await screen.findByRole('table')).toBeVisible();
  expect(bodies[0]?.changes).toEqual([{ kind: 'code', nodeId: 'job:n:load' }]);
  await userEvent.click(screen.getByRole('button', { name: 'And also' }));
  expect(screen.getByRole('combobox', { name: 'What changes (2)' })).toHaveValue('');
  await userEvent.click(screen.getByRole('button', { name: 'Remove change 1' }));
  expect(screen.queryByRole('table')).toBeNull();
});

it('tells of consumers and of what running it again takes, the heaviest first if so asked', async () => {
  open(asked);
  expect(await screen.findByText(/2 datasets, 0 jobs, 3 consumers/)).toHaveTextContent(
    'the first 2 are listed',
  );
  expect(screen.getByText(/each job run once/)).toHaveTextContent(
    'each job run once: 12 min, 3.20 USD (of 2 of 5 jobs: of the others no run is known)',
  );
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'First' }), 'weight');
  await vi.waitFor(() => expect(bodies.at(-1)).toMatchObject({ order: 'weight' }));
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Type' }), 'consumers');
  await vi.waitFor(() => expect(bodies.at(-1)?.filters?.type).toEqual(['CONSUMER']));
  expect(window.location.search).toContain('type=CONSUMER');
});
