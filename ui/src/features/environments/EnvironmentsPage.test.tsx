import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Asked } from '../../test/partitionSamples';
import { answering, environment } from '../../test/partitionSamples';
import { EnvironmentPage, EnvironmentsPage } from './EnvironmentsPage';

let asked: Asked[] = [];

beforeEach(() => {
  localStorage.setItem('headwater.author', 'ada');
  const server = answering(({ method, path }) => {
    if (path === '/environments') return { environments: [environment()] };
    if (path === '/search') return { totalCount: 0, results: [] };
    if (path.startsWith('/environments/')) return environment({ name: path.split('/')[2] });
    return method === 'DELETE' ? environment() : undefined;
  });
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
});

it('lists environments with their code, and makes one', async () => {
  render(<EnvironmentsPage />);
  const list = await screen.findByRole('list', { name: 'Environments' });
  expect((await within(list).findAllByRole('listitem'))[0]).toHaveTextContent('build v2');
  await userEvent.click(screen.getByRole('button', { name: 'New environment' }));
  const form = screen.getByRole('form', { name: 'New environment' });
  const make = within(form).getByRole('button', { name: 'Make it' });
  expect(make).toBeDisabled();
  await userEvent.type(within(form).getByRole('textbox', { name: 'Name' }), 'vat');
  await userEvent.type(within(form).getByRole('textbox', { name: 'Its version there' }), 'v3');
  expect(make).toBeDisabled();
  await userEvent.clear(within(form).getByRole('textbox', { name: 'Its version there' }));
  await userEvent.click(make);
  const put = asked.find((a) => a.method === 'PUT');
  expect(put).toMatchObject({ path: '/environments/vat', body: { code: [], author: 'ada' } });
});

it('asks for jobs alone where a job is to be chosen', async () => {
  render(<EnvironmentsPage />);
  await userEvent.click(screen.getByRole('button', { name: 'New environment' }));
  await userEvent.type(screen.getByRole('combobox', { name: 'Job with other code' }), 'build');
  expect(await screen.findByText('Nothing is called so.')).toBeInTheDocument();
  const searches = () => asked.filter(({ path }) => path === '/search');
  await vi.waitFor(() => expect(searches().at(-1)?.query.get('q')).toBe('build'));
  expect(searches().every(({ query }) => query.get('filter') === 'JOB')).toBe(true);
});

it('says what would have to be run there', async () => {
  render(<EnvironmentPage name="rounding" />);
  expect(await screen.findByText(/to run, 40 partitions shared with production/)).toHaveTextContent(
    '13 – 21 to run',
  );
  expect(screen.getByRole('link', { name: 'Plan for it' })).toHaveAttribute(
    'href',
    '/plans/new?environment=rounding',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Take it away' }));
  const form = screen.getByRole('form', { name: 'Take rounding away' });
  await userEvent.click(within(form).getByRole('button', { name: 'Take it away' }));
  await vi.waitFor(() => expect(asked.some((a) => a.method === 'DELETE')).toBe(true));
});
