import { act, renderHook, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { ApiProblem } from '../api/client';
import { usePages } from './usePages';

const problem = new ApiProblem({
  type: '',
  title: 'no',
  status: 500,
  detail: '',
  code: 'internal',
});

it('fetches more with the cursor of the page before, and starts anew with another key', async () => {
  const fetchPage = vi.fn(async (cursor: string | null) => ({
    rows: [cursor ?? 'start'],
    next_cursor: cursor === null ? 'a' : null,
  }));
  const { result, rerender } = renderHook(({ key }) => usePages(key, fetchPage), {
    initialProps: { key: 'one' },
  });
  await waitFor(() => expect(result.current.pages).toHaveLength(1));
  act(() => result.current.more?.());
  await waitFor(() => expect(result.current.pages.flatMap((p) => p.rows)).toEqual(['start', 'a']));
  expect(result.current.more).toBeNull();
  rerender({ key: 'two' });
  expect(result.current.pages).toEqual([]);
  await waitFor(() => expect(result.current.pages.flatMap((p) => p.rows)).toEqual(['start']));
});

it('keeps what is there when a later page fails, and can try again', async () => {
  let fails = true;
  const { result } = renderHook(() =>
    usePages('one', async (cursor) => {
      if (cursor !== null && fails) throw problem;
      return { next_cursor: cursor === null ? 'a' : null };
    }),
  );
  await waitFor(() => expect(result.current.more).not.toBeNull());
  act(() => result.current.more?.());
  await waitFor(() => expect(result.current.problem).toBe(problem));
  expect(result.current.pages).toHaveLength(1);
  fails = false;
  act(() => result.current.more?.());
  await waitFor(() => expect(result.current.pages).toHaveLength(2));
  expect(result.current.problem).toBeUndefined();
});
