import { describe, expect, it } from 'vitest';
import {
  inboxHref,
  newPlanHref,
  parseInbox,
  parsePartitions,
  parsePlanDraft,
  parseStaleness,
  partitionsHref,
  partitionsState,
  stalenessHref,
} from './partitionUrl';

const queryOf = (href: string) => new URL(href, 'http://localhost').searchParams;

describe('addresses', () => {
  it('hold the whole state of the partitions of a dataset', () => {
    const state = partitionsState({
      nodeId: 'dataset:s3://bucket:a/b?c=d#e',
      environment: 'x y',
      first: 'date=2026-10-01',
      only: ['missing', 'failed'],
      cell: 'date=2026-10-01,region=a%2Cb',
      from: 'a',
      to: 'b',
    });
    expect(parsePartitions(queryOf(partitionsHref(state)))).toEqual(state);
    expect(partitionsHref()).toBe('/partitions');
  });

  it('hold what is asked about staleness and changes', () => {
    const stale = {
      nodeId: 'dataset:n:a',
      scope: 'downstream',
      environment: null,
      status: 'missing',
      open: null,
    } as const;
    expect(parseStaleness(queryOf(stalenessHref(stale)))).toEqual(stale);
    const inbox = { status: 'all', kind: 'data', nodeId: null, open: '3.17' } as const;
    expect(parseInbox(queryOf(inboxHref(inbox)))).toEqual(inbox);
    expect(parseInbox(new URLSearchParams('status=rotten&kind=x'))).toEqual({
      status: 'open',
      kind: null,
      nodeId: null,
      open: null,
    });
  });

  it('hold what a new plan is about', () => {
    const draft = {
      nodeIds: ['dataset:n:a', 'dataset:n:b'],
      direction: 'none',
      changes: ['3', '4.1'],
      include: ['stale'],
      refresh: false,
      until: '2026-10-01T00:00:00Z',
      environment: 'e',
      from: null,
      to: null,
    } as const;
    const href = newPlanHref(draft as never);
    expect(parsePlanDraft(queryOf(href))).toEqual(draft);
    expect(newPlanHref()).toBe('/plans/new');
  });
});
