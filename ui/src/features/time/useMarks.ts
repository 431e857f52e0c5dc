// How far time reaches, and when something changed in a neighbourhood.
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import type { Direction } from '../../lib/lineageUrl';
import { isoOf } from '../../lib/moments';
import { datasetOf } from '../../lib/nodeId';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';
import type { Span } from '../../lib/timeScale';
import type { Mark } from './marks';
import { firstSeen, marksOf, stretches, unique } from './marks';

// From the first event to now. Null: there is no event.
export function useSpan(): Resource<Span | null> {
  return useResource('span', async (signal) => {
    const one = (sortDirection: 'asc' | 'desc') =>
      ask(api.GET('/events/lineage', { params: { query: { sortDirection, limit: 1 } }, signal }));
    const [oldest, newest] = await Promise.all([one('asc'), one('desc')]);
    const now = Date.now();
    const first = Date.parse(oldest.events[0]?.eventTime ?? '');
    const last = Date.parse(newest.events[0]?.eventTime ?? '');
    if (Number.isNaN(first) || Number.isNaN(last)) return null;
    return { first: Math.min(first, now), last: Math.min(last, now), now };
  });
}

export interface MarksQuestion {
  nodeId: string;
  depth: number;
  direction: Direction;
  knownAt: string | null;
  maxNodes: number;
}

export interface Marks {
  marks: Mark[];
  complete: boolean;
}

const parts = 8;
const perPart = 250;
const perWhole = 1000;
const none: Marks = { marks: [], complete: true };

type Answer = Schemas['DiffAnswer'];

function compare(
  { nodeId, depth, direction, knownAt, maxNodes }: MarksQuestion,
  { from, to }: { from: number; to: number },
  limit: number,
  signal: AbortSignal,
): Promise<Answer> {
  const place = { nodeId, depth, direction, max_nodes: maxNodes };
  const time = { from: isoOf(from), to: isoOf(to), known_at: knownAt ?? undefined };
  return ask(api.GET('/diff', { params: { query: { ...place, ...time, limit } }, signal }));
}

// A comparison of two moments does not tell what came and went between them. So besides the whole of
// time, stretches of it are compared, from when the node is there: what lasted longer than one of
// them is marked.
async function findMarks(question: MarksQuestion, span: Span, signal: AbortSignal): Promise<Marks> {
  const end = span.last + 1;
  const whole = await compare(question, { from: span.first - 1, to: end }, perWhole, signal);
  const first = firstSeen(whole.changes, datasetOf(question.nodeId));
  if (first === null) return none;
  const found = await Promise.all(
    stretches(first, end, parts).map((stretch) => compare(question, stretch, perPart, signal)),
  );
  const answers = [whole, ...found];
  return {
    marks: marksOf(unique(answers.flatMap((answer) => answer.changes))),
    complete: answers.every((answer) => answer.complete && answer.next_cursor === null),
  };
}

export function useMarks(question: MarksQuestion, span: Span | null): Marks {
  const key = span && JSON.stringify([question, span.first, span.last]);
  const found = useResource(key, (signal) => findMarks(question, span as Span, signal));
  return found.data ?? none;
}
