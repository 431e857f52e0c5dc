// Who decides here: asked once, kept per browser, sent with every decision.
const key = 'headwater.author';

export function author(): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

export function rememberAuthor(name: string): void {
  try {
    if (name === '') localStorage.removeItem(key);
    else localStorage.setItem(key, name);
  } catch {
    // Storage may be forbidden: then the name is asked for again.
  }
}
