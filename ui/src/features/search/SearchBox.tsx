// The search box: results while typing, arrows to choose, Enter to open. "/" and Ctrl-K lead here.
import type { KeyboardEvent } from 'react';
import { useEffect, useId, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/Icons';
import { TypeMark } from '../../components/Marks';
import { count } from '../../lib/format';
import type { Resource } from '../../lib/useResource';
import { navigate } from '../../lib/router';
import { Found } from './Found';
import { nameAndMore } from './highlights';
import type { Result } from './useSearch';
import { resultHref, placeOf, searchHref, useSearch } from './useSearch';

const anything = { filter: 'ALL', namespace: '', owner: '', tag: '', limit: 12 } as const;

function useHotkey(focus: () => void) {
  const latest = useRef(focus);
  useEffect(() => {
    latest.current = focus;
  });
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      const typing = target?.matches?.('input, textarea, select, [contenteditable]') ?? false;
      const slash = event.key === '/' && !typing && !event.ctrlKey && !event.metaKey;
      const ctrlK = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
      if (!slash && !ctrlK) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function useDebounced(value: string, ms: number): string {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return late;
}

function Option({ r, id, active }: { r: Result; id: string; active: boolean }) {
  const { name, more } = nameAndMore(r);
  return (
    <li
      id={id}
      role="option"
      aria-selected={active}
      className={active ? 'search-option is-active' : 'search-option'}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => navigate(resultHref(r))}
    >
      <TypeMark type={r.type} />
      <span className="search-text">
        <span className="search-name">
          <Found pieces={name} />
        </span>
        {more[0] && (
          <span className="search-more">
            {more[0].in} <Found pieces={more[0].pieces} />
          </span>
        )}
      </span>
      <span className="search-namespace">{placeOf(r)}</span>
    </li>
  );
}

interface DropProps {
  listId: string;
  asked: string;
  active: number;
  found: Resource<Schemas['SearchResultList']>;
  onClose: () => void;
}

function footText({ found, asked }: DropProps): string {
  const shown = found.data?.results.length ?? 0;
  const total = found.data?.totalCount ?? 0;
  if (found.problem) return found.problem.message;
  if (found.loading && shown === 0) return 'Searching …';
  if (total === 0) return `Nothing is called “${asked}”.`;
  return `${count(shown)} of ${count(total)} · Enter for all`;
}

function Drop(p: DropProps) {
  return (
    <div className="search-drop">
      <ul id={p.listId} role="listbox" aria-label="Results" onClick={p.onClose}>
        {p.found.data?.results.map((r, i) => (
          <Option key={r.nodeId} r={r} id={`${p.listId}-${i}`} active={i === p.active} />
        ))}
      </ul>
      <p className="search-foot" role="status">
        {footText(p)}
      </p>
    </div>
  );
}

// The next place in a ring of `length` results and "none" (-1).
export function moved(active: number, step: 1 | -1, length: number): number {
  const places = length + 1;
  return ((active + 1 + step + places) % places) - 1;
}

export function SearchBox({ large = false }: { large?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const asked = useDebounced(text.trim(), 120);
  const found = useSearch({ ...anything, q: asked });
  useHotkey(() => {
    input.current?.focus();
    input.current?.select();
  });

  const shown = open && asked !== '';
  const results = shown ? (found.data?.results ?? []) : [];
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const go = (href: string) => {
    close();
    input.current?.blur();
    navigate(href);
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') {
      if (shown) close();
      else input.current?.blur();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true);
      setActive(moved(active, event.key === 'ArrowDown' ? 1 : -1, results.length));
    } else if (event.key === 'Enter') {
      const chosen = results[active];
      if (chosen) go(resultHref(chosen));
      else if (text.trim() !== '') go(searchHref({ q: text.trim() }));
    } else return;
    event.preventDefault();
  };

  return (
    <div
      className={large ? 'search search-large' : 'search'}
      role="search"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <Icon name="search" size={large ? 20 : 16} />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Search datasets and jobs"
        aria-expanded={shown}
        aria-controls={listId}
        aria-activedescendant={results[active] ? `${listId}-${active}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder="Search datasets and jobs"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={keys}
      />
      <kbd aria-hidden>/</kbd>
      {shown && (
        <Drop listId={listId} asked={asked} active={active} found={found} onClose={close} />
      )}
    </div>
  );
}
