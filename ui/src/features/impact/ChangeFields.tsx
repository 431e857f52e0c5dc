// One change to fill in: its kind, and what that kind needs.
import { useEffect, useId, useState } from 'react';
import type { ChangeDraft } from '../../lib/impactUrl';
import { needsOf } from '../../lib/impactUrl';
import type { Clocks, ImpactKind } from '../../lib/lineageUrl';
import { readMoment, written } from '../../lib/moments';
import type { NodeType } from '../../lib/nodeId';
import { kinds } from './kinds';
import { useColumns } from './useColumns';

interface Props {
  draft: ChangeDraft;
  type: NodeType;
  clocks: Clocks;
  label: string; // of the kind
  onChange: (draft: ChangeDraft) => void;
}

interface TextProps {
  label: string;
  value: string | null;
  placeholder: string;
  list?: string;
  onChange: (text: string | null) => void;
}

// Taken when it is left or confirmed, so that a question is not asked for each letter.
function LateText({ label, value, placeholder, list, onChange }: TextProps) {
  const [text, setText] = useState(value ?? '');
  useEffect(() => setText(value ?? ''), [value]);
  const take = () => {
    const next = text.trim() === '' ? null : text.trim();
    if (next !== value) onChange(next);
  };
  return (
    <input
      type="text"
      aria-label={label}
      placeholder={placeholder}
      list={list}
      value={text}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}

function Until({ draft, onChange }: Props) {
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <span>until</span>
      <LateText
        label="Late until (UTC)"
        value={draft.until && written(draft.until)}
        placeholder="2026-10-03 09:00"
        onChange={(text) => {
          const until = text === null ? null : readMoment(text);
          setWrong(text !== null && until === null);
          if (text === null || until !== null) onChange({ ...draft, until });
        }}
      />
      {wrong && (
        <span className="field-wrong" role="alert">
          Write it as 2026-10-03 09:00, in UTC.
        </span>
      )}
    </>
  );
}

function Column({ draft, clocks, onChange }: Props) {
  const needs = needsOf(draft.kind);
  const known = useColumns(needs.column === 'existing' ? draft.nodeId : null, clocks);
  const list = useId();
  return (
    <>
      <LateText
        label="Column"
        value={draft.column}
        placeholder={needs.column === 'new' ? 'name of the new column' : 'column'}
        list={list}
        onChange={(column) => onChange({ ...draft, column })}
      />
      <datalist id={list}>
        {known.slice(0, 3000).map((field) => (
          <option key={field.name} value={field.name}>
            {field.type ?? ''}
          </option>
        ))}
      </datalist>
      {needs.to !== null && (
        <>
          <span>to</span>
          <LateText
            label={needs.to === 'name' ? 'New name' : 'New type'}
            value={draft.to}
            placeholder={needs.to === 'name' ? 'new name' : 'new type, if known'}
            onChange={(to) => onChange({ ...draft, to })}
          />
        </>
      )}
    </>
  );
}

export function ChangeFields(props: Props) {
  const { draft, type, label, onChange } = props;
  const needs = needsOf(draft.kind);
  return (
    <>
      <select
        aria-label={label}
        value={draft.kind}
        onChange={(event) => onChange({ ...draft, kind: event.target.value as ImpactKind })}
      >
        {kinds[type].map((k) => (
          <option key={k.kind} value={k.kind}>
            {k.label}
          </option>
        ))}
      </select>
      {needs.column !== null && <Column {...props} />}
      {needs.until && <Until {...props} />}
    </>
  );
}
