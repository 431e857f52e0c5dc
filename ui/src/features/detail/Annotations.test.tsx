import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import type { AnnotationsProps } from './Annotations';
import { Description, Owners, Tags } from './Annotations';

const props: AnnotationsProps = {
  nodeId: 'dataset:n:a',
  asOf: null,
  knownAt: null,
  description: 'Said by a person.',
  owners: ['team:producer', 'team:x'],
  tags: ['gold', 'mine'],
  annotations: {
    description: { text: 'Said by a person.', author: 'ada', at: '2026-10-03T00:00:00Z' },
    owners: [{ name: 'team:x', type: null, author: 'ada', at: '2026-10-03T00:00:00Z' }],
    tags: [{ name: 'mine', author: 'ada', at: '2026-10-03T00:00:00Z' }],
  },
  onChanged: vi.fn(),
};
const inherited = {
  tag: 'personal',
  origin: 'inherited',
  from: 'dataset:n:source',
  path: [
    { from: 'dataset:n:source', to: 'job:n:load', kind: 'reads', via: null },
    { from: 'job:n:load', to: 'dataset:n:a', kind: 'writes', via: null },
  ],
  author: null,
  at: null,
};

const sent: unknown[] = [];
let refuse = false;

beforeEach(() => {
  localStorage.clear();
  sent.length = 0;
  refuse = false;
  vi.mocked(props.onChanged).mockClear();
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method === 'GET')
      return Response.json({
        nodeId: '',
        tags: [inherited],
        as_of: '',
        seq: 1,
        complete: true,
        cut: null,
      });
    sent.push(await request.json());
    return refuse
      ? Response.json(
          { type: '', title: 'No', status: 400, detail: 'too long', code: 'invalid-argument' },
          { status: 400 },
        )
      : Response.json(
          { seq: 9, kind: 'tag', nodeId: props.nodeId, author: 'ada', at: '' },
          { status: 201 },
        );
  });
});

it('tells tags of producers, of people and inherited ones apart, with their path', async () => {
  render(<Tags {...props} />);
  const list = screen.getByRole('list', { name: 'Tags' });
  const personal = await within(list).findByRole('button', { name: '↳ personal' });
  expect(within(list).getAllByText('personal', { exact: false })).toHaveLength(1);
  expect(within(list).getByText('gold')).toHaveAttribute('title', 'said by a producer');
  expect(within(list).getByText('mine')).toHaveAttribute(
    'title',
    'set by ada, 2026-10-03 00:00:00 UTC',
  );
  await userEvent.click(personal);
  expect(screen.getByRole('list', { name: 'Path of the tag personal' })).toHaveTextContent(
    'sourceloada',
  );
});

it('adds a tag with a name that it remembers', async () => {
  const { unmount } = render(<Tags {...props} />);
  await userEvent.click(screen.getByRole('button', { name: 'Add a tag' }));
  await userEvent.keyboard('pii');
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
  await userEvent.type(screen.getByRole('textbox', { name: 'Your name' }), 'ada{Enter}');
  expect(sent).toEqual([{ kind: 'tag', nodeId: 'dataset:n:a', tag: 'pii', author: 'ada' }]);
  await vi.waitFor(() => expect(props.onChanged).toHaveBeenCalled());
  expect(screen.queryByRole('form')).toBeNull();
  unmount();
  render(<Owners {...props} />);
  await userEvent.click(screen.getByRole('button', { name: 'Add an owner' }));
  expect(screen.getByRole('textbox', { name: 'Your name' })).toHaveValue('ada');
});

it('takes off what people set, and hides what producers say', async () => {
  localStorage.setItem('headwater.author', 'bob');
  render(<Owners {...props} />);
  const list = screen.getByRole('list', { name: 'Owners' });
  expect(within(list).getByText('team:producer')).toHaveAttribute('title', 'said by a producer');
  expect(within(list).getByRole('button', { name: /team:producer/ })).toBeEnabled();
  await userEvent.click(screen.getByRole('button', { name: 'Take off the owner team:x' }));
  expect(sent).toEqual([{ kind: 'disown', owner: 'team:x', nodeId: 'dataset:n:a', author: 'bob' }]);
});

it('edits the description, and removes it when it is left empty', async () => {
  localStorage.setItem('headwater.author', 'bob');
  render(<Description {...props} />);
  expect(screen.getByText(/written by ada/)).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Edit' }));
  const text = screen.getByRole('textbox', { name: 'Description' });
  expect(text).toHaveFocus();
  await userEvent.clear(text);
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(sent).toEqual([
    { kind: 'describe', nodeId: 'dataset:n:a', description: null, author: 'bob' },
  ]);
});

it('keeps what was written when it was refused', async () => {
  refuse = true;
  localStorage.setItem('headwater.author', 'bob');
  render(<Tags {...props} />);
  await userEvent.click(screen.getByRole('button', { name: 'Add a tag' }));
  await userEvent.keyboard('pii{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('too long');
  expect(screen.getByRole('textbox', { name: 'Tag' })).toHaveValue('pii');
  expect(props.onChanged).not.toHaveBeenCalled();
});

it('decides nothing about the past', () => {
  render(
    <>
      <Description {...props} asOf="2026-10-01T00:00:00Z" />
      <Owners {...props} asOf="2026-10-01T00:00:00Z" />
    </>,
  );
  expect(screen.queryByRole('button')).toBeNull();
});
