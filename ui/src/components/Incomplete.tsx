// Says that an answer is not all there is, and why.
import type { ReactNode } from 'react';
import { count, plural } from '../lib/format';
import { Icon } from './Icons';

interface Answer {
  complete: boolean;
  cut: { reason: string; frontier_count: number; limit: number | null } | null;
}

function limitText(reason: string, limit: number | null): string {
  if (reason === 'max_nodes' && limit !== null) return `the limit of ${plural(limit, 'node')}`;
  if (reason === 'max_distance' && limit !== null) return `a distance of ${plural(limit, 'job')}`;
  const what = `the limit ${reason.replaceAll('_', ' ')}`;
  return limit === null ? what : `${what} (${count(limit)})`;
}

export function whyCut({ cut }: Answer): string {
  if (!cut) return 'The server gave no reason.';
  const { frontier_count: beyond, reason, limit } = cut;
  const more = beyond > 0 ? `; seen and not followed: ${plural(beyond, 'node')}` : '';
  if (reason === 'max_writes') {
    return `It stops after ${count(limit ?? 0)} writes of partitions: later ones were not looked at.`;
  }
  if (reason === 'cancelled') return `It was stopped before it ended${more}.`;
  if (reason === 'index_building') {
    return 'The server has just started: only names were searched so far.';
  }
  return `It stops at ${limitText(reason, limit)}${more}.`;
}

export function Incomplete({ answer, children }: { answer: Answer; children?: ReactNode }) {
  if (answer.complete) return null;
  return (
    <div className="cut cut-strong cut-boxed" role="alert">
      <Icon name="warn" size={18} />
      <span>
        <strong>Not the whole answer.</strong> {whyCut(answer)}
      </span>
      {children}
    </div>
  );
}
