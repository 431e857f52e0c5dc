import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { CutNote } from './CutNote';

const base = { depth: 1, maxNodes: 500, onDepth: vi.fn(), onMaxNodes: vi.fn(), onRetry: vi.fn() };

it('says loudly that a limit cut the picture, and raises it', async () => {
  render(<CutNote {...base} cut={{ reason: 'max_nodes', frontier_count: 12, limit: 500 }} />);
  expect(screen.getByRole('alert')).toHaveTextContent(
    'limit of 500 nodes; seen and not followed: 12 nodes',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Raise the limit to 1000' }));
  expect(base.onMaxNodes).toHaveBeenCalledWith(1000);
});

it('offers one more step where only the depth ended it', async () => {
  render(<CutNote {...base} cut={{ reason: 'max_distance', frontier_count: 1, limit: 1 }} />);
  expect(screen.getByRole('status')).toHaveTextContent('1 node at the border');
  await userEvent.click(screen.getByRole('button', { name: 'Show 2 steps' }));
  expect(base.onDepth).toHaveBeenCalledWith(2);
});

it('offers no more than the server draws', () => {
  const { rerender } = render(
    <CutNote {...base} cut={{ reason: 'max_nodes', frontier_count: 1, limit: 4000 }} />,
  );
  expect(screen.getByRole('button', { name: 'Raise the limit to 5000' })).toBeVisible();
  rerender(<CutNote {...base} cut={{ reason: 'max_nodes', frontier_count: 1, limit: 5000 }} />);
  expect(screen.queryByRole('button')).toBeNull();
});
