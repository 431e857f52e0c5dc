// What every page has: the mark, the ways, the search box, the theme.
import type { ReactNode } from 'react';
import { Icon } from '../components/Icons';
import { SearchBox } from '../features/search/SearchBox';
import { Link } from '../lib/router';
import type { Theme } from '../lib/theme';
import { setTheme, useTheme } from '../lib/theme';

const themes: { theme: Theme; icon: 'system' | 'sun' | 'moon'; label: string }[] = [
  { theme: 'system', icon: 'system', label: 'Theme: as the system' },
  { theme: 'light', icon: 'sun', label: 'Theme: light' },
  { theme: 'dark', icon: 'moon', label: 'Theme: dark' },
];

function ThemeButton() {
  const chosen = useTheme();
  const at = themes.findIndex((t) => t.theme === chosen);
  const now = themes[at] ?? themes[0];
  const next = themes[(at + 1) % themes.length];
  if (!now || !next) return null;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={now.label}
      title={`${now.label} (click for ${next.theme})`}
      onClick={() => setTheme(next.theme)}
    >
      <Icon name={now.icon} />
    </button>
  );
}

const ways = [
  { href: '/', label: 'Home' },
  { href: '/impact', label: 'What if' },
  {
    href: '/staleness',
    label: 'Reprocessing',
    also: ['/partitions', '/changes', '/plans', '/environments'],
  },
  { href: '/quality', label: 'Quality', also: ['/compare'] },
  { href: '/use', label: 'Use' },
  { href: '/costs', label: 'Costs' },
  { href: '/events', label: 'Events' },
  { href: '/quarantine', label: 'Quarantine' },
];

function isHere(path: string, { href, also = [] }: { href: string; also?: string[] }): boolean {
  return path === href || also.some((other) => path === other || path.startsWith(`${other}/`));
}

export function Shell({
  path,
  search,
  children,
}: {
  path: string;
  search: boolean;
  children: ReactNode;
}) {
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="top">
        <Link href="/" className="brand" aria-label="Headwater, home">
          <img src="/mark.svg" alt="" width={26} height={26} />
          <span>Headwater</span>
        </Link>
        <div className="top-search">{search && <SearchBox />}</div>
        <nav aria-label="Main">
          {ways.map((way) => (
            <Link
              key={way.href}
              href={way.href}
              aria-current={isHere(path, way) ? 'page' : undefined}
            >
              {way.label}
            </Link>
          ))}
          <a href="/docs">API</a>
        </nav>
        <ThemeButton />
      </header>
      {children}
    </div>
  );
}
