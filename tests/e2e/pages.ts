// What the journeys have in common.
import type { Locator, Page } from '@playwright/test';
import { expect, test as base } from '@playwright/test';

export { expect };

// How many times slower the pages are made, to see that no test depends on speed.
const slowdown = Number(process.env.E2E_SLOWDOWN ?? 1);

// Every page must be free of errors in its console, except for answers that the test asks for.
export const test = base.extend<{ allowedErrors: RegExp[] }>({
  baseURL: async ({}, use) => use(process.env.HEADWATER_E2E_URL ?? ''),
  allowedErrors: [[], { option: true }],
  page: async ({ page, allowedErrors }, use) => {
    if (slowdown > 1) {
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    }
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await use(page);
    expect(errors.filter((text) => !allowedErrors.some((allowed) => allowed.test(text)))).toEqual(
      [],
    );
  },
});

export const facts = 'dataset:warehouse:core.order_facts';
export const orders = 'dataset:postgres://shop-db.alder.example:5432:public.orders';
export const lineage = (id: string, query = '') =>
  `/lineage/${encodeURIComponent(id)}${query === '' ? '' : `?${query}`}`;

export function graph(page: Page): Locator {
  return page.getByRole('group', { name: /^Lineage graph/ });
}

// The body of the node whose full name is `name`.
export function node(page: Page, type: 'dataset' | 'job', name: string): Locator {
  return graph(page).getByRole('button', {
    name: new RegExp(`^${type}, ${escape(name)}, in `),
  });
}

export function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export async function nodeIds(page: Page): Promise<string[]> {
  return graph(page)
    .locator('[data-node]')
    .evaluateAll((all) => all.map((n) => n.getAttribute('data-node') ?? ''));
}

// What `read` says once it says the same twice in a row: nothing moves any more.
export async function resting<T>(read: () => Promise<T>): Promise<T> {
  let last = await read();
  await expect(async () => {
    const before = last;
    await new Promise((done) => setTimeout(done, 100));
    last = await read();
    expect(JSON.stringify(last)).toBe(JSON.stringify(before));
  }).toPass({ intervals: [0] });
  return last;
}

// Those in the picture once it rests, sorted.
export const restingIds = (page: Page) => resting(async () => (await nodeIds(page)).sort());

// Clicks the line itself: the box around a level line has no height, and that around a bent one is
// mostly empty.
export async function clickEdge(page: Page, source: string, target: string): Promise<void> {
  const line = graph(page)
    .locator(`[data-source="${source}"][data-target="${target}"]`)
    .locator('.graph-edge-hit');
  await expect(line).toBeAttached();
  const { x, y } = await resting(() =>
    line.evaluate((element) => {
      const path = element as SVGPathElement;
      const middle = path.getPointAtLength(path.getTotalLength() / 2);
      const screen = middle.matrixTransform(path.getScreenCTM()!);
      return { x: screen.x, y: screen.y };
    }),
  );
  await page.mouse.click(x, y);
}
