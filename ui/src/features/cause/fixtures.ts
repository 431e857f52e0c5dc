// Causes for tests.
import type { Cause } from './useCause';

export function causeOf(more: Partial<Cause> = {}): Cause {
  return {
    rank: 1,
    kind: 'code_version',
    nodeId: 'job:n:load',
    at: '2026-10-03T02:00:00.000000Z',
    until: null,
    distance: 1,
    score: 0.9,
    path: [{ from: 'job:n:load', to: 'dataset:n:mart', kind: 'writes', via: null }],
    summary: 'The code of load changed.',
    why: [{ factor: 'distance', value: 0.8, text: 'one job away' }],
    masks: [],
    evidence: { seqs: [7], runs: ['run-1'], before: 'aaa', after: 'bbb' },
    ...more,
  };
}
