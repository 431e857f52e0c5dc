// A moment to read and to write, in UTC.
import { useEffect, useId, useState } from 'react';
import { readMoment, written } from '../lib/moments';

interface Props {
  label: string;
  value: string | null;
  empty: string; // what is shown where there is none, such as "now"
  onChange: (iso: string | null) => void;
}

export function MomentInput({ label, value, empty, onChange }: Props) {
  const shown = value === null ? '' : written(value);
  const [text, setText] = useState(shown);
  const [wrong, setWrong] = useState(false);
  const hint = useId();
  useEffect(() => {
    setText(shown);
    setWrong(false);
  }, [shown]);
  const take = () => {
    if (text.trim() === shown) return setWrong(false);
    if (text.trim() === '' || text.trim().toLowerCase() === empty) return onChange(null);
    const iso = readMoment(text);
    setWrong(iso === null);
    if (iso !== null) onChange(iso);
  };
  return (
    <span className="moment-input">
      <input
        type="text"
        aria-label={label}
        aria-invalid={wrong}
        aria-describedby={wrong ? hint : undefined}
        title={`${label}, UTC`}
        placeholder={empty}
        value={text}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
          if (event.key === 'Escape') setText(shown);
        }}
      />
      {wrong && (
        <span className="moment-wrong" id={hint} role="alert">
          Write it as 2026-10-03 02:40:00, in UTC.
        </span>
      )}
    </span>
  );
}
