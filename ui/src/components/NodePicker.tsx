// A dataset or job to choose by typing a part of its name.
import type { KeyboardEvent } from 'react';
import { useEffect, useId, useState } from 'react';
import { api, ask } from '../api/client';
import { readable } from '../lib/nodeId';
import { useResource } from '../lib/useResource';
import { TypeMark } from './Marks';

interface Props {
  label: string;
  value: string; // a node id, or empty
  only?: 'DATASET' | 'JOB'; // else both are offered
  placeholder?: string;
  onChange: (nodeId: string) => void;
}

const placeholders = {
  DATASET: 'Which dataset?',
  JOB: 'Which job?',
  both: 'Which dataset or job?',
};

export function NodePicker({ label, value, only, placeholder, onChange }: Props) {
  const listId = useId();
  const [text, setText] = useState<string | null>(null); // null: nothing is being typed
  const [asked, setAsked] = useState('');
  const [active, setActive] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setAsked((text ?? '').trim()), 150);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useResource(asked === '' ? null : asked, (signal) => {
    const query = { q: asked, limit: 12, ...(only ? { filter: only } : {}) };
    return ask(api.GET('/search', { params: { query }, signal }));
  });
  const open = text !== null && asked !== '';
  const results = open ? (found.data?.results ?? []).filter((r) => r.type !== 'DATASET_FIELD') : [];
  const choose = (nodeId: string) => {
    setText(null);
    setAsked('');
    setActive(0);
    onChange(nodeId);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setText(null);
    else if (event.key === 'ArrowDown') setActive((n) => Math.min(n + 1, results.length - 1));
    else if (event.key === 'ArrowUp') setActive((n) => Math.max(n - 1, 0));
    else if (event.key === 'Enter') {
      const chosen = results[active];
      if (chosen) choose(chosen.nodeId);
    } else return;
    event.preventDefault();
  };
  return (
    <span className="node-picker" onBlur={() => setText(null)}>
      <input
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={open}
        aria-controls={listId}
        aria-activedescendant={results[active] ? `${listId}-${active}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder ?? placeholders[only ?? 'both']}
        value={text ?? (value === '' ? '' : readable(value).name)}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={keys}
      />
      {open && (
        <ul
          className="node-picker-list"
          id={listId}
          role="listbox"
          aria-label={`${label}: results`}
        >
          {results.length === 0 && (
            <li className="quiet">{found.loading ? 'Searching …' : 'Nothing is called so.'}</li>
          )}
          {results.map((r, i) => (
            <li
              key={r.nodeId}
              id={`${listId}-${i}`}
              role="option"
              aria-selected={i === active}
              className={i === active ? 'search-option is-active' : 'search-option'}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(r.nodeId)}
            >
              <TypeMark type={r.type} />
              <span className="search-name">{r.name}</span>
              <span className="search-namespace">{r.namespace}</span>
            </li>
          ))}
        </ul>
      )}
    </span>
  );
}
