// The list of expansions in the address: NODEID|up and NODEID|down, in the order they were opened.

export type Way = 'up' | 'down';

export function expansion(id: string, way: Way): string {
  return `${id}|${way}`;
}

// Opens or closes one. What hung on nodes that are no longer shown is dropped, so that the address
// does not collect what has no effect.
export function toggle(
  expand: readonly string[],
  shown: ReadonlySet<string>,
  id: string,
  way: Way,
): string[] {
  const it = expansion(id, way);
  const alive = expand.filter((x) => shown.has(x.slice(0, x.lastIndexOf('|'))));
  return expand.includes(it) ? alive.filter((x) => x !== it) : [...alive, it];
}

export function add(expand: readonly string[], more: readonly string[]): string[] {
  return [...expand, ...more.filter((x) => !expand.includes(x))];
}
