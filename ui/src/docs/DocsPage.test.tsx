import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { DocsPage } from './DocsPage';

it('shows every operation of the document and finds one', async () => {
  const doc = parse(readFileSync('../schema/openapi.yaml', 'utf8')) as object;
  vi.stubGlobal('fetch', async () => Response.json(doc));
  render(<DocsPage />);
  const list = await screen.findByRole('navigation', { name: 'Operations' });
  expect(within(list).getAllByRole('listitem').length).toBeGreaterThan(30);
  await userEvent.type(screen.getByRole('searchbox'), 'quarantine replay');
  expect(within(list).getAllByRole('listitem')).toHaveLength(1);
  expect(screen.getByText('/api/v1/quarantine/{seq}/replay')).toBeVisible();
});

it('says when the document cannot be read', async () => {
  vi.stubGlobal('fetch', async () => new Response('', { status: 503 }));
  render(<DocsPage />);
  expect(await screen.findByRole('alert')).toHaveTextContent('503');
});
