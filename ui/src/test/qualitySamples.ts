// Verdicts for tests, complete by the types of the contract.
import type { Anomaly, DatasetMonitors } from '../lib/verdicts';

export const judged = {
  value: 44782,
  expected: 40000,
  low: 38000,
  high: 42000,
  z: 7,
  samples: 8,
  basis: 'weekday' as const,
};
const set = { enabled: true, sensitivity: 5, max_age: null };
export function monitorsOf(more: Partial<DatasetMonitors> = {}): DatasetMonitors {
  return {
    nodeId: 'dataset:n:orders',
    status: 'failing',
    monitors: {
      freshness: {
        ...set,
        status: 'ok',
        value: 3600,
        expected: 80000,
        low: null,
        high: 90000,
        z: 0,
        samples: 8,
        basis: 'all_days',
        last_write: '2026-10-03T02:00:00Z',
        due: '2026-10-04T02:00:00Z',
      },
      volume: {
        ...set,
        ...judged,
        status: 'failing',
        measure: 'rows',
        daily: true,
        per_partition: false,
        time: null,
      },
      schema: {
        ...set,
        ...judged,
        status: 'warning',
        changed_at: '2026-10-02T00:00:00Z',
        changes: [{ column: 'amount', change: 'retyped', before: 'INT', after: 'TEXT' }],
        changes_total: 3,
      },
      distribution: {
        enabled: false,
        sensitivity: 5,
        max_age: null,
        sensitivity_used: 5,
        status: 'unknown',
        time: null,
        checks: 0,
        learning: 0,
        columns: [],
        columns_total: 0,
      },
    },
    setting: { author: 'ada', reason: 'late on purpose', at: '2026-10-01T00:00:00Z', seq: 3 },
    ...more,
  };
}

export function anomaly(more: Partial<Anomaly> = {}): Anomaly {
  return {
    day: '2026-10-05',
    rank: 1,
    kind: 'volume',
    nodeId: 'dataset:n:orders',
    status: 'failing',
    at: '2026-10-05T02:00:00Z',
    measure: 'rows',
    column: null,
    value: 12,
    expected: 1000,
    low: 900,
    high: 1100,
    z: -15.5,
    samples: 8,
    basis: 'weekday',
    size: 0.9,
    severity: 14,
    day_share: null,
    run_id: null,
    ...more,
  };
}
