import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Asked } from '../../test/partitionSamples';
import { answering } from '../../test/partitionSamples';
import { monitorsOf } from '../../test/qualitySamples';
import { MonitorSettings } from './MonitorForm';

let asked: Asked[] = [];
let refuse = false;

beforeEach(() => {
  localStorage.clear();
  refuse = false;
  const server = answering(() => (refuse ? undefined : { at: '', seq: 2, monitors: [] }));
  asked = server.asked;
  vi.stubGlobal('fetch', server.fetch);
});

function open() {
  const onSet = vi.fn();
  render(<MonitorSettings monitors={monitorsOf()} onSet={onSet} />);
  return onSet;
}

const fields = (name: RegExp) => screen.getByRole('group', { name });

it('sets only what was changed, signed, beside what was learned', async () => {
  const onSet = open();
  await userEvent.click(screen.getByRole('button', { name: 'Set monitors' }));
  const form = screen.getByRole('form', { name: 'Set monitors' });
  const freshness = fields(/^Freshness/);
  expect(within(freshness).getByRole('checkbox', { name: 'watched' })).toHaveFocus();
  expect(freshness).toHaveTextContent('Learned: usual 22 h 13 min; at most 1 d 1 h');
  expect(fields(/^Volume/)).toHaveTextContent('Learned: rows written a day: usual 40,000');
  const set = within(form).getByRole('button', { name: 'Set' });
  await userEvent.type(within(form).getByRole('textbox', { name: 'Your name' }), 'ada');
  expect(set).toBeDisabled(); // nothing was changed

  await userEvent.type(screen.getByRole('spinbutton', { name: 'Fails when older than' }), '36');
  const sensitivity = within(fields(/^Volume/)).getByRole('spinbutton', { name: /Fails at/ });
  await userEvent.clear(sensitivity);
  expect(set).toBeDisabled();
  expect(screen.getByRole('alert')).toHaveTextContent('from 1 to 100');
  await userEvent.type(sensitivity, '8');
  await userEvent.type(within(form).getByRole('textbox', { name: 'Reason' }), 'month end');
  await userEvent.click(set);
  expect(asked[0]).toMatchObject({
    method: 'PUT',
    path: '/monitors',
    body: {
      author: 'ada',
      reason: 'month end',
      freshness: { enabled: true, sensitivity: 5, max_age: 'P1DT12H' },
      volume: { enabled: true, sensitivity: 8 },
    },
  });
  expect(Object.keys(asked[0]?.body as object)).not.toContain('distribution');
  expect(asked[0]?.query.get('nodeId')).toBe('dataset:n:orders');
  expect(onSet).toHaveBeenCalledOnce();
  expect(await screen.findByRole('button', { name: 'Set monitors' })).toHaveFocus();
});

it('takes one monitor back to what it learns', async () => {
  open();
  await userEvent.click(screen.getByRole('button', { name: 'Set monitors' }));
  expect(screen.queryByRole('button', { name: 'Volume: back to learned' })).toBeNull();
  const watched = within(fields(/^Distribution/)).getByRole('checkbox', { name: 'watched' });
  expect(watched).not.toBeChecked();
  await userEvent.click(screen.getByRole('button', { name: 'Distribution: back to learned' }));
  expect(watched).toBeChecked();
  expect(watched).toHaveFocus();
});

it('takes all of them back, signed', async () => {
  localStorage.setItem('headwater.author', 'ada');
  const onSet = open();
  await userEvent.click(screen.getByRole('button', { name: 'Back to learned' }));
  const form = screen.getByRole('form', { name: 'Back to learned' });
  await userEvent.click(within(form).getByRole('button', { name: 'Back to learned' }));
  const learned = { enabled: true, sensitivity: 5 };
  expect(asked[0]?.body).toEqual({
    author: 'ada',
    freshness: learned,
    volume: learned,
    schema: learned,
    distribution: learned,
  });
  expect(onSet).toHaveBeenCalledOnce();
});

it('keeps what was written where the server refuses it', async () => {
  localStorage.setItem('headwater.author', 'ada');
  refuse = true;
  const onSet = open();
  await userEvent.click(screen.getByRole('button', { name: 'Set monitors' }));
  await userEvent.click(within(fields(/^Schema/)).getByRole('checkbox', { name: 'watched' }));
  await userEvent.click(screen.getByRole('button', { name: 'Set' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Not found');
  expect(within(fields(/^Schema/)).getByRole('checkbox')).not.toBeChecked();
  expect(onSet).not.toHaveBeenCalled();
  await userEvent.keyboard('{Escape}');
  expect(screen.getByRole('button', { name: 'Set monitors' })).toHaveFocus();
});
