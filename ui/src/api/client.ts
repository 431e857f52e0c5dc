// The one way to the server: a client typed by schema/openapi.yaml, and `ask`, which turns its
// answers into values and its problems into ApiProblem.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

// What the server said was wrong, or why it could not be reached.
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'title' in value;
}

function problemOf(error: unknown, response: Response): Problem {
  if (isProblem(error)) return error;
  return {
    type: '/docs/errors/internal',
    title: `The server answered ${response.status}`,
    status: response.status,
    detail:
      typeof error === 'string' && error !== '' && error.length < 300
        ? error
        : 'The answer is not in the form that this page expects. Look into the server log.',
    code: 'internal',
  };
}

// Resolves to the answer's data; rejects with ApiProblem, or with the AbortError of a cancelled
// request.
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    if (cause instanceof ApiProblem) throw cause;
    throw new ApiProblem({
      type: '/docs/errors/internal',
      title: 'The server cannot be reached',
      status: 0,
      detail: cause instanceof SyntaxError ? 'The answer is not JSON.' : 'Is it still running?',
      code: 'internal',
    });
  }
  if (!answer.response.ok || answer.data === undefined) {
    throw new ApiProblem(problemOf(answer.error, answer.response));
  }
  return answer.data;
}

// A browser takes "." and ".." out of every address, encoded or not.
export function fitsIntoPath(name: string): boolean {
  return name !== '.' && name !== '..';
}

function intoPath(template: string, values: Record<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = String(values[key]);
    if (fitsIntoPath(value)) return encodeURIComponent(value);
    throw new ApiProblem({
      type: '/docs/errors/invalid-argument',
      title: 'This name does not fit into an address',
      status: 0,
      detail: `A browser cannot ask for "${value}". Use the API with another client.`,
      code: 'invalid-argument',
    });
  });
}

export const api = createClient<paths>({
  baseUrl: `${globalThis.location?.origin ?? ''}/api/v1`,
  fetch: (request) => globalThis.fetch(request),
  pathSerializer: intoPath,
});
