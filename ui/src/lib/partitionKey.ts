// Keys of partitions as text: "date=2026-10-01,region=eu". docs/partition-rules.md has their form.

export function escapeKey(text: string): string {
  return text.replaceAll('%', '%25').replaceAll(',', '%2C').replaceAll('=', '%3D');
}

export function unescapeKey(text: string): string {
  return text.replaceAll('%2C', ',').replaceAll('%3D', '=').replaceAll('%25', '%');
}

// A key as a person reads it: without the names of the dimensions.
export function shortKey(key: string): string {
  return key
    .split(',')
    .map((part) => unescapeKey(part.slice(part.indexOf('=') + 1)))
    .join(' · ');
}

// "2026-10-01 to 2026-10-07 · eu": what both ends have in common is said once. One key, or what a
// dataset is that is not cut.
export function rangeText(first: string, last: string): string {
  if (first === '' && last === '') return 'all of it';
  if (first === last) return shortKey(first);
  const [a, b] = [first.split(','), last.split(',')];
  if (a.length !== b.length) return `${shortKey(first)} to ${shortKey(last)}`;
  const common = a.filter((part, i) => part === b[i]);
  const ends = [a, b].map((parts) => shortKey(parts.filter((_, i) => a[i] !== b[i]).join(',')));
  return [ends.join(' to '), ...common.map(shortKey)].join(' · ');
}
