// What was measured of a dataset, and whether it is as it usually is.
import { api, ask } from '../../api/client';
import { usePages } from '../../lib/usePages';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export interface ProfileColumn {
  name: string;
  nulls: number | null;
  null_share: number | null;
  distinct: number | null;
  count: number | null;
  sum: number | null;
  mean: number | null;
  min: number | null;
  max: number | null;
  quantiles: { share: number; value: number }[];
}

export interface Profile {
  time: string;
  role: 'written' | 'read' | 'observed';
  run_id: string | null;
  job: string | null;
  run_state: string | null;
  nominal_start: string | null;
  nominal_end: string | null;
  rows: number | null;
  bytes: number | null;
  files: number | null;
  total: {
    rows: number | null;
    bytes: number | null;
    files: number | null;
    updated: string | null;
  };
  columns: ProfileColumn[];
  assertions: {
    assertion: string;
    column: string | null;
    severity: string | null;
    success: boolean;
  }[];
}

export interface ProfilesAnswer {
  nodeId: string;
  from: string;
  to: string;
  seq: number;
  profiles: Profile[];
  totalCount: number;
  next_cursor: string | null;
}

export type MonitorStatus = 'unknown' | 'learning' | 'ok' | 'warning' | 'failing';

interface Judged {
  status: MonitorStatus;
  value: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  z: number;
  samples: number;
  basis: 'none' | 'weekday' | 'all_days' | 'declared' | 'versions';
}

interface Set {
  enabled: boolean;
  sensitivity: number;
  max_age: string | null;
}

export interface DatasetMonitors {
  nodeId: string;
  status: MonitorStatus;
  monitors: {
    freshness: Judged & Set & { last_write: string | null; due: string | null };
    volume: Judged &
      Set & {
        measure: 'rows' | 'bytes' | 'total_rows' | 'total_bytes';
        daily: boolean;
        per_partition: boolean;
        time: string | null;
      };
    schema: Judged &
      Set & {
        changed_at: string | null;
        changes: {
          column: string;
          change: 'added' | 'dropped' | 'retyped';
          before: string | null;
          after: string | null;
        }[];
        changes_total: number;
      };
    distribution: Set & {
      status: MonitorStatus;
      time: string | null;
      sensitivity_used: number;
      checks: number;
      learning: number;
      columns: (Judged & { column: string; measure: string })[];
      columns_total: number;
    };
  };
  setting: { author: string; reason: string | null; at: string; seq: number } | null;
}

interface MonitorsAnswer {
  at: string;
  monitors: DatasetMonitors[];
}

type Get = (
  path: string,
  options: { params: { query: Record<string, unknown> }; signal?: AbortSignal },
) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

function get<T>(path: string, query: Record<string, unknown>, signal?: AbortSignal): Promise<T> {
  return ask((api.GET as unknown as Get)(path, { params: { query }, signal })) as Promise<T>;
}

export function useProfiles(nodeId: string) {
  return usePages(nodeId, (cursor, signal) =>
    get<ProfilesAnswer>('/profiles', { nodeId, limit: 1000, cursor: cursor ?? undefined }, signal),
  );
}

export function useMonitors(nodeId: string): Resource<DatasetMonitors | null> {
  return useResource(nodeId, async (signal) => {
    const { monitors } = await get<MonitorsAnswer>('/monitors', { nodeId }, signal);
    return monitors[0] ?? null;
  });
}
