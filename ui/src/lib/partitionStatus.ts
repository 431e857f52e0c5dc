// What a partition can be, from the calmest to the worst, in the server's order: it decides what a
// pixel shows that stands for several partitions. Plain values, no view library.

export const statuses = [
  'none',
  'current',
  'open',
  'deferred',
  'maybe',
  'unknown',
  'orphaned',
  'missing',
  'stale_inputs',
  'stale_code',
  'stale_both',
  'running',
  'failed',
  'unrecoverable',
] as const;

export type Status = (typeof statuses)[number];

export const statusText: Record<Status, string> = {
  none: 'not expected',
  current: 'current',
  orphaned: 'orphaned',
  open: 'still open',
  unknown: 'unknown code',
  deferred: 'deferred',
  maybe: 'maybe stale',
  running: 'running',
  stale_inputs: 'stale, inputs',
  stale_code: 'stale, code',
  stale_both: 'stale, code and inputs',
  missing: 'missing',
  unrecoverable: 'unrecoverable',
  failed: 'failed',
};

export function statusAt(rank: number): Status {
  return statuses[rank] ?? 'none';
}

export function rankOf(text: string): number | null {
  const rank = (statuses as readonly string[]).indexOf(text);
  return rank === -1 ? null : rank;
}
