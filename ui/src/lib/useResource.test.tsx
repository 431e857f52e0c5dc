import { act, renderHook, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { useResource } from './useResource';

it('drops an answer that was overtaken', async () => {
  const answers = new Map<string, (value: string) => void>();
  const { result, rerender } = renderHook(
    ({ k }) => useResource(k, () => new Promise<string>((done) => answers.set(k, done))),
    { initialProps: { k: 'a' } },
  );
  expect(result.current.loading).toBe(true);
  rerender({ k: 'b' });
  await act(async () => {
    answers.get('b')?.('second');
    answers.get('a')?.('first');
  });
  expect(result.current.data).toBe('second');
  expect(result.current.dataKey).toBe('b');
});

it('keeps the last data while the next is on its way', async () => {
  const { result, rerender } = renderHook(
    ({ k }) => useResource(k, async () => (k === 'a' ? 1 : new Promise<number>(() => {}))),
    { initialProps: { k: 'a' } },
  );
  await waitFor(() => expect(result.current.data).toBe(1));
  rerender({ k: 'b' });
  expect(result.current.data).toBe(1);
  expect(result.current.loading).toBe(true);
});

it('reports what went wrong', async () => {
  const { result } = renderHook(() => useResource('a', () => Promise.reject(new Error('no'))));
  await waitFor(() => expect(result.current.problem?.message).toContain('no'));
  expect(result.current.loading).toBe(false);
});
