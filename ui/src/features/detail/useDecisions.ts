// What people decide about a node: sent with their name, kept in the log.
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { ApiProblem, api, ask } from '../../api/client';
import { rememberAuthor } from '../../lib/author';
import type { Clocks } from '../../lib/lineageUrl';
import { clockQuery } from '../../lib/lineageUrl';
import type { Resource } from '../../lib/useResource';
import { useResource } from '../../lib/useResource';

export type DecisionInput = Schemas['DecisionInput'];
export type NodeTag = Schemas['NodeTag'];

export function useNodeTags(id: string, clocks: Clocks): Resource<Schemas['NodeTags']> {
  const query = { nodeId: id, ...clockQuery(clocks) };
  return useResource(JSON.stringify(query), (signal) =>
    ask(api.GET('/nodes/tags', { params: { query }, signal })),
  );
}

export interface Deciding {
  busy: boolean;
  problem: ApiProblem | null;
  decide: (decision: DecisionInput) => Promise<boolean>; // false: it was refused
}

export function useDeciding(onDone: () => void): Deciding {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const decide = async (decision: DecisionInput) => {
    setBusy(true);
    setProblem(null);
    try {
      await ask(api.POST('/decisions', { body: decision }));
      rememberAuthor(decision.author);
      onDone();
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, decide };
}
