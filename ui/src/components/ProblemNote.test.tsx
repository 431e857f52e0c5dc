import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { ApiProblem } from '../api/client';
import { ProblemNote } from './ProblemNote';

it('says what is wrong and links to the page of the code', async () => {
  const retry = vi.fn();
  const problem = new ApiProblem({
    type: '/docs/errors/not-found',
    title: 'Not found',
    status: 404,
    detail: 'No dataset has this name.',
    code: 'not-found',
  });
  render(<ProblemNote problem={problem} onRetry={retry} />);
  expect(screen.getByRole('alert')).toHaveTextContent('No dataset has this name.');
  expect(screen.getByRole('link')).toHaveAttribute('href', '/docs/errors/not-found');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(retry).toHaveBeenCalledOnce();
});
