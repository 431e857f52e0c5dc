// Light, dark, or what the system says. Kept per browser.
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const key = 'headwater.theme';
const listeners = new Set<() => void>();

export function theme(): Theme {
  try {
    const kept = localStorage.getItem(key);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export function applyTheme(): void {
  const now = theme();
  if (now === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = now;
}

export function setTheme(next: Theme): void {
  try {
    if (next === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, next);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    return;
  }
  applyTheme();
  listeners.forEach((listener) => listener());
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, theme);
}

const dark = '(prefers-color-scheme: dark)';

function subscribeToSystem(listener: () => void): () => void {
  const media = globalThis.matchMedia?.(dark);
  media?.addEventListener('change', listener);
  return () => media?.removeEventListener('change', listener);
}

// Which of the two it comes to, for what is not drawn by style sheets.
export function useThemeName(): 'light' | 'dark' {
  const chosen = useTheme();
  const systemIsDark = useSyncExternalStore(
    subscribeToSystem,
    () => globalThis.matchMedia?.(dark).matches ?? false,
  );
  if (chosen !== 'system') return chosen;
  return systemIsDark ? 'dark' : 'light';
}
