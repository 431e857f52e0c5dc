import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nextWait } from './backoff';
import { usePolling } from './usePolling';

const pace = { least: 100, most: 1000, factor: 2 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function seen(state: 'visible' | 'hidden') {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  act(() => {
    document.dispatchEvent(new Event('visibilitychange'));
  });
}

it('waits longer while nothing changes, up to its bound', () => {
  expect(nextWait(100, false, pace)).toBe(200);
  expect(nextWait(800, false, pace)).toBe(1000);
  expect(nextWait(1000, true, pace)).toBe(100);
});

it('asks ever more seldom, and soon again after a change', () => {
  const reload = vi.fn();
  const { rerender } = renderHook(
    ({ sign }) => usePolling({ active: true, sign, failed: false, reload, pace }),
    { initialProps: { sign: 'a' } },
  );
  vi.advanceTimersByTime(100);
  expect(reload).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(199);
  expect(reload).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(reload).toHaveBeenCalledTimes(2);
  rerender({ sign: 'b' });
  vi.advanceTimersByTime(400);
  expect(reload).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(100);
  expect(reload).toHaveBeenCalledTimes(4);
});

it('rests while the page is hidden, and looks at once when it is seen again', () => {
  const reload = vi.fn();
  renderHook(() => usePolling({ active: true, sign: '', failed: false, reload, pace }));
  seen('hidden');
  vi.advanceTimersByTime(60_000);
  expect(reload).not.toHaveBeenCalled();
  seen('visible');
  expect(reload).toHaveBeenCalledTimes(1);
});

it('stops when it has ended', () => {
  const reload = vi.fn();
  const { rerender, unmount } = renderHook(
    ({ active }) => usePolling({ active, sign: '', failed: false, reload, pace }),
    { initialProps: { active: true } },
  );
  vi.advanceTimersByTime(100);
  rerender({ active: false });
  vi.advanceTimersByTime(60_000);
  expect(reload).toHaveBeenCalledTimes(1);
  unmount();
});
