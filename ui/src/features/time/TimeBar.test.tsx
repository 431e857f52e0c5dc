import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Times, TimeBarProps } from './TimeBar';
import { TimeBar } from './TimeBar';

const day = 86_400_000;
const first = Date.parse('2026-10-01T00:00:00Z');
const span = { first, last: first + 10 * day, now: first + 10 * day };
const marks = ['2026-10-02T02:00:00.000001Z', '2026-10-05T02:00:00.000000Z'].map((iso, i) => ({
  iso,
  at: Date.parse(iso),
  n: i + 1,
}));

const onChange = vi.fn();

function Bar(more: Partial<TimeBarProps>) {
  const [times, setTimes] = useState<Times>({
    asOf: null,
    knownAt: null,
    compareTo: null,
    ...more,
  });
  return (
    <TimeBar
      span={span}
      marks={marks}
      marksComplete
      busy={false}
      comparable
      {...times}
      onChange={(next, how) => {
        onChange(next, how);
        setTimes((old) => ({ ...old, ...next }));
      }}
    />
  );
}

const shown = () => screen.getByRole('slider', { name: 'Moment shown' });
const last = () => onChange.mock.calls.at(-1)?.[0] as Partial<Times>;

beforeEach(() => {
  onChange.mockClear();
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 1000, 40));
});

describe('the time bar', () => {
  it('steps from change to change and back to now', async () => {
    render(<Bar />);
    expect(shown()).toHaveAttribute('aria-valuetext', 'now');
    expect(screen.getByRole('button', { name: 'Next change' })).toBeDisabled();
    await userEvent.click(screen.getByRole('button', { name: 'Previous change' }));
    expect(last().asOf).toBe(marks[1]!.iso);
    await userEvent.click(screen.getByRole('button', { name: 'Previous change' }));
    expect(last().asOf).toBe(marks[0]!.iso);
    expect(shown()).toHaveAttribute('aria-valuetext', '2026-10-02 02:00:00 UTC');
    expect(screen.getByRole('button', { name: 'Previous change' })).toBeDisabled();
    await userEvent.click(screen.getByRole('button', { name: 'Next change' }));
    await userEvent.click(screen.getByRole('button', { name: 'Next change' }));
    expect(last().asOf).toBeNull();
  });

  it('moves by keys: little steps, changes, both ends', async () => {
    render(<Bar asOf="2026-10-06T00:00:00Z" />);
    shown().focus();
    fireEvent.keyDown(shown(), { key: 'ArrowLeft' });
    fireEvent.keyDown(shown(), { key: 'ArrowLeft' });
    expect(shown()).toHaveAttribute('aria-valuetext', '2026-10-05 19:12:00 UTC');
    expect(onChange).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(last()?.asOf).toBe('2026-10-05T19:12:00Z'));
    expect(onChange).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(shown(), { key: 'PageDown' });
    await vi.waitFor(() => expect(last()?.asOf).toBe(marks[1]!.iso));
    fireEvent.keyDown(shown(), { key: 'Home' });
    await vi.waitFor(() => expect(last()?.asOf).toBe('2026-10-01T00:00:00Z'));
    fireEvent.keyDown(shown(), { key: 'End' });
    await vi.waitFor(() => expect(last()?.asOf).toBeNull());
  });

  it('follows the hand at once and asks once it rests; a drag is one step of the history', async () => {
    const { container } = render(<Bar />);
    const track = container.querySelector('.time-track')!;
    fireEvent.pointerDown(track, { clientX: 700, button: 0 });
    fireEvent.pointerMove(track, { clientX: 600 });
    fireEvent.pointerMove(track, { clientX: 500 });
    expect(shown()).toHaveAttribute('aria-valuetext', '2026-10-06 00:00:00 UTC');
    expect(onChange).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(1));
    expect(onChange).toHaveBeenLastCalledWith({ asOf: '2026-10-06T00:00:00Z' }, 'push');
    fireEvent.pointerMove(track, { clientX: 300 });
    fireEvent.pointerUp(track, { clientX: 300 });
    expect(onChange).toHaveBeenLastCalledWith({ asOf: '2026-10-04T00:00:00Z' }, 'replace');
  });

  it('takes the exact moment of a change that the hand comes near', () => {
    const { container } = render(<Bar />);
    const track = container.querySelector('.time-track')!;
    fireEvent.pointerDown(track, { clientX: 380, button: 0 });
    fireEvent.pointerUp(track, { clientX: 380 });
    expect(last().asOf).toMatch(/^2026-10-04T19/);
    fireEvent.pointerDown(track, { clientX: 112, button: 0 });
    fireEvent.pointerUp(track, { clientX: 112 });
    expect(last().asOf).toBe(marks[0]!.iso);
  });

  it('takes a written moment, and says when it is none', async () => {
    render(<Bar />);
    const input = screen.getByRole('textbox', { name: 'As of' });
    await userEvent.type(input, 'soon{Enter}');
    expect(input).toBeInvalid();
    expect(screen.getByRole('alert')).toHaveTextContent('in UTC');
    await userEvent.clear(input);
    await userEvent.type(input, '2026-10-03 09:12{Enter}');
    expect(last().asOf).toBe('2026-10-03T09:12:00Z');
    expect(input).toHaveValue('2026-10-03 09:12:00');
    await userEvent.click(screen.getByRole('button', { name: 'Now' }));
    expect(input).toHaveValue('');
  });

  it('switches the second clock, which follows the first', async () => {
    render(<Bar asOf="2026-10-05T00:00:00Z" />);
    const known = screen.getByRole('switch', { name: 'as known then' });
    await userEvent.click(known);
    expect(last()).toEqual({ knownAt: 'then' });
    await userEvent.click(known);
    expect(last()).toEqual({ knownAt: null });
  });

  it('shows what else it is told to know, and lets it go', async () => {
    render(<Bar asOf="2026-10-05T00:00:00Z" knownAt="77" />);
    expect(screen.getByText('77')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: /all that is known now/ }));
    expect(last()).toEqual({ knownAt: null });
  });

  it('compares with a day before, and with what its handle says', async () => {
    render(<Bar asOf="2026-10-05T00:00:00Z" />);
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }));
    expect(last()).toEqual({ compareTo: '2026-10-04T00:00:00Z' });
    fireEvent.keyDown(screen.getByRole('slider', { name: 'Compared with' }), { key: 'Home' });
    await vi.waitFor(() => expect(last()).toEqual({ compareTo: '2026-10-01T00:00:00Z' }));
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }));
    expect(last()).toEqual({ compareTo: null });
  });

  it('plays through the changes until now', () => {
    vi.useFakeTimers();
    try {
      render(<Bar />);
      fireEvent.click(screen.getByRole('button', { name: 'Play through the changes' }));
      expect(last().asOf).toBe(marks[0]!.iso);
      act(() => void vi.advanceTimersByTime(1200));
      expect(onChange).toHaveBeenLastCalledWith({ asOf: marks[1]!.iso }, 'replace');
      expect(screen.getByRole('button', { name: 'Pause' })).toBeVisible();
      act(() => void vi.advanceTimersByTime(1200));
      expect(last().asOf).toBeNull();
      act(() => void vi.advanceTimersByTime(1200));
      expect(screen.getByRole('button', { name: 'Play through the changes' })).toBeVisible();
    } finally {
      vi.useRealTimers();
    }
  });
});
