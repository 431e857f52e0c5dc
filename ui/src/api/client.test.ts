import { afterEach, expect, it, vi } from 'vitest';
import { api, ApiProblem, ask } from './client';

afterEach(() => vi.unstubAllGlobals());
vi.stubGlobal('location', { origin: 'http://localhost' });

const dataset = (name: string) =>
  ask(
    api.GET('/namespaces/{namespace}/datasets/{dataset}', {
      baseUrl: 'http://localhost/api/v1',
      params: { path: { namespace: 's3://b', dataset: name } },
    }),
  );

it('puts any name into a path', async () => {
  const fetch = vi.fn<(request: Request) => Promise<Response>>(async () => Response.json({}));
  vi.stubGlobal('fetch', fetch);
  await dataset('a/%2F ? #ü');
  expect(fetch.mock.calls[0]?.[0].url).toBe(
    `http://localhost/api/v1/namespaces/s3%3A%2F%2Fb/datasets/${encodeURIComponent('a/%2F ? #ü')}`,
  );
});

it('asks for nothing else instead of a name that is only dots', async () => {
  const fetch = vi.fn(async () => Response.json({}));
  vi.stubGlobal('fetch', fetch);
  await expect(dataset('..')).rejects.toBeInstanceOf(ApiProblem);
  expect(fetch).not.toHaveBeenCalled();
});

it('turns problems, and answers that are none, into one error', async () => {
  const problem = { type: 't', title: 'Not found', status: 404, detail: 'd', code: 'not-found' };
  vi.stubGlobal('fetch', async () => Response.json(problem, { status: 404 }));
  await expect(dataset('x')).rejects.toMatchObject({ problem });
  vi.stubGlobal('fetch', async () => new Response('Bad Gateway', { status: 502 }));
  await expect(dataset('x')).rejects.toMatchObject({ message: 'Bad Gateway' });
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('refused')));
  await expect(dataset('x')).rejects.toMatchObject({
    problem: { title: 'The server cannot be reached' },
  });
});
