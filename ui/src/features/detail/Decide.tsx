// The small form of a decision: what, by whom. Opens in place and closes when it was taken.
import type { FormEvent, ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '../../components/Icons';
import { ProblemNote } from '../../components/ProblemNote';
import { author } from '../../lib/author';
import type { DecisionInput } from './useDecisions';
import { useDeciding } from './useDecisions';

interface Props {
  open: string; // the button's text: "Add a tag"
  icon: 'plus' | 'edit';
  label: string; // of the field
  initial?: string;
  long?: boolean;
  mayBeEmpty?: boolean;
  decision: (text: string) => Omit<DecisionInput, 'author'>;
  onDone: () => void;
  children?: ReactNode;
}

interface FieldProps {
  label: string;
  long: boolean;
  text: string;
  onText: (text: string) => void;
}

function Field({ label, long, text, onText }: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => (area.current ?? input.current)?.focus(), []);
  const common = {
    'aria-label': label,
    placeholder: label,
    value: text,
    onChange: (event: { target: { value: string } }) => onText(event.target.value),
  };
  return long ? (
    <textarea ref={area} rows={4} {...common} />
  ) : (
    <input ref={input} type="text" spellCheck={false} autoComplete="off" {...common} />
  );
}

export function Decide({ open: opener, icon, label, initial = '', ...p }: Props) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(initial);
  const [by, setBy] = useState(author);
  const { busy, problem, decide } = useDeciding(p.onDone);
  const ready = by.trim() !== '' && (p.mayBeEmpty === true || text.trim() !== '') && !busy;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    const taken = await decide({ ...p.decision(text.trim()), author: by.trim() } as DecisionInput);
    if (taken) setOpen(false);
  };
  if (!open) {
    return (
      <button
        type="button"
        className="edit-button"
        onClick={() => {
          setText(initial);
          setBy(author());
          setOpen(true);
        }}
      >
        <Icon name={icon} size={13} /> {opener}
      </button>
    );
  }
  return (
    <form
      className={p.long ? 'decide is-long' : 'decide'}
      aria-label={opener}
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setOpen(false);
      }}
    >
      <Field label={label} long={p.long ?? false} text={text} onText={setText} />
      <label className="decide-by">
        by
        <input
          type="text"
          aria-label="Your name"
          placeholder="your name"
          autoComplete="name"
          value={by}
          onChange={(event) => setBy(event.target.value)}
        />
      </label>
      <span className="decide-buttons">
        <button type="submit" className="button button-strong" disabled={!ready}>
          {busy ? 'Saving …' : 'Save'}
        </button>
        <button type="button" className="button" onClick={() => setOpen(false)}>
          Cancel
        </button>
      </span>
      {problem && <ProblemNote problem={problem} />}
    </form>
  );
}
