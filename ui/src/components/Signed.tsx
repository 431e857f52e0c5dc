// Something that is done in somebody's name: who, and why. The name is remembered by the browser.
import type { FormEvent, ReactNode } from 'react';
import { useState } from 'react';
import { ApiProblem } from '../api/client';
import { author, rememberAuthor } from '../lib/author';
import { ProblemNote } from './ProblemNote';

export interface Signature {
  author: string;
  reason: string | null;
}

interface Props {
  label: string; // of the form
  submit: string; // of the button
  busyText?: string;
  danger?: boolean;
  ready?: boolean; // false: something else is still missing
  send: (signature: Signature) => Promise<void>; // rejects with ApiProblem
  onCancel?: () => void;
  children?: ReactNode; // fields before the name
}

export function Signed({ label, submit, ready = true, send, onCancel, ...p }: Props) {
  const [by, setBy] = useState(author);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const able = ready && by.trim() !== '' && !busy;
  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (!able) return;
    setBusy(true);
    setProblem(null);
    try {
      await send({ author: by.trim(), reason: reason.trim() === '' ? null : reason.trim() });
      rememberAuthor(by.trim());
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="signed"
      aria-label={label}
      onSubmit={(event) => void go(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel?.();
      }}
    >
      {p.children}
      <label className="signed-by">
        Your name
        <input
          type="text"
          autoComplete="name"
          maxLength={200}
          value={by}
          onChange={(event) => setBy(event.target.value)}
        />
      </label>
      <label className="signed-why">
        Reason
        <input
          type="text"
          maxLength={2000}
          placeholder="optional"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <span className="signed-buttons">
        <button
          type="submit"
          className={p.danger ? 'button button-danger' : 'button button-strong'}
          disabled={!able}
        >
          {busy ? (p.busyText ?? 'Saving …') : submit}
        </button>
        {onCancel && (
          <button type="button" className="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </span>
      {problem && <ProblemNote problem={problem} />}
    </form>
  );
}
