// Versions of code as the server names them: what they were taken from, and what it said.

// "declared:1.2" is what somebody said, "sql:1b6ba6d173…" a digest.
export function versionText(version: string | null): string {
  if (version === null) return 'no version';
  const cut = version.indexOf(':');
  const [from, rest] = [version.slice(0, cut), version.slice(cut + 1)];
  if (cut === -1 || rest === '') return version;
  if (from === 'declared') return rest;
  return /^[0-9a-f]{16,}$/i.test(rest) ? `${from} ${rest.slice(0, 8)}` : `${from} ${rest}`;
}
