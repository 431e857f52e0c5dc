// Starts the server, waits for it, fills it. Returns what stops it again.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { boardSpace, parts } from './parts';
import { broken, events } from './seed';
import { spendUses } from './spend';

const root = resolve(import.meta.dirname, '../..');

export interface Running {
  url: string;
  stop: () => Promise<void>;
}

export async function start(): Promise<Running> {
  const binary = process.env.HEADWATER_BIN ?? join(root, 'build/release/bin/headwater');
  const ui = process.env.HEADWATER_UI ?? join(root, 'ui/dist');
  if (!existsSync(binary)) throw new Error(`no server at ${binary}; build it or set HEADWATER_BIN`);
  if (!existsSync(join(ui, 'index.html'))) throw new Error(`no pages in ${ui}; build ui first`);
  const data = mkdtempSync(join(tmpdir(), 'headwater-e2e-'));
  const server = spawn(binary, ['serve', '--data-dir', data, '--port', '0', '--ui-dir', ui]);
  let output = '';
  const url = await new Promise<string>((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`no address within 30 s:\n${output}`)), 30_000);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const match = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (!match) return;
      clearTimeout(timer);
      found(match[0]);
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.on('exit', (code) => failed(new Error(`the server ended with ${code}:\n${output}`)));
  });
  const stop = async () => {
    const ended = new Promise((done) => server.once('exit', done));
    server.kill('SIGTERM');
    const timer = setTimeout(() => server.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
    rmSync(data, { recursive: true, force: true });
  };
  return { url, stop };
}

export async function ready(url: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${url}/readyz does not say that it is ready`);
}

export async function send(url: string, body: unknown, method = 'POST'): Promise<Response> {
  return fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function fill(url: string): Promise<void> {
  const all = events();
  const answer = await send(`${url}/api/v1/lineage/batch`, all);
  const result = (await answer.json()) as { summary?: { failed: number } };
  if (answer.status !== 200 || result.summary?.failed !== 0) {
    throw new Error(`the sample was not taken: ${answer.status} ${JSON.stringify(result)}`);
  }
  const used = await send(`${url}/api/v1/usage`, spendUses());
  const uses = (await used.json()) as { summary?: { failed: number } };
  if (used.status !== 200 || uses.summary?.failed !== 0) {
    throw new Error(`the use was not taken: ${used.status} ${JSON.stringify(uses)}`);
  }
  const refused = await send(`${url}/api/v1/lineage`, broken);
  if (refused.status !== 400) throw new Error(`a broken event was answered ${refused.status}`);
  const space = `${url}/api/v1/partitions/space?nodeId=${encodeURIComponent(parts.board)}`;
  const declared = await send(space, boardSpace, 'PUT');
  if (!declared.ok) throw new Error(`the space was not taken: ${await declared.text()}`);
}

export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env.HEADWATER_URL;
  const server = given ? { url: given, stop: async () => {} } : await start();
  try {
    await ready(server.url);
    await fill(server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  process.env.HEADWATER_E2E_URL = server.url;
  return server.stop;
}
