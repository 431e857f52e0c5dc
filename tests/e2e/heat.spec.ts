import type { Page } from '@playwright/test';
import { expect, resting, test } from './pages';
import { story } from './story';

// A heat map of a million cells. No server of the journeys has so many partitions, so the grid is
// made here; everything else is the server's. Frame times are printed, what is asserted is structure.
const legend = ['none', 'current', 'stale_code', 'stale_inputs', 'missing', 'maybe', 'failed'];
const seed = 20261001;

function noise(): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function grid(rows: number, columns: number) {
  const random = noise();
  const lanes = Array.from({ length: rows }, (_, lane) => {
    const cells: [number, number][] = [];
    for (let at = 0; at < columns;) {
      const length = Math.min(columns - at, 1 + Math.floor(-Math.log(1 - random()) * 6));
      cells.push([random() < 0.6 ? 1 : Math.floor(random() * legend.length), length]);
      at += length;
    }
    return { lane, key: rows === 1 ? '' : `region=r${lane}`, cells };
  });
  const first = { key: '2001-01-01T00', start: '2001-01-01T00:00:00Z' };
  const ticks = Array.from({ length: 12 }, (_, i) => ({
    offset: Math.floor((i * columns) / 12),
    label: `tick ${i}`,
  }));
  return {
    nodeId: story.mart,
    environment: null,
    seq: 1,
    evaluated_at: '2026-10-01T00:00:00Z',
    complete: true,
    cut: null,
    bucket: 1,
    bucketed: false,
    legend,
    lanes,
    index: {
      kind: 'time',
      granularity: 'hour',
      zone: 'UTC',
      first,
      last: first,
      count: columns,
      ticks,
    },
  };
}

interface Timed {
  frames: number[]; // ms from one to the next
  work: number[]; // ms of script in each
}

const watch = () => {
  const timed: Timed = { frames: [], work: [] };
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    ask((now) => {
      const start = performance.now();
      callback(now);
      timed.work.push(performance.now() - start);
    });
  let round = 0;
  const watchFrames = (mine: number) => {
    let last = 0;
    const tick = (now: number) => {
      if (mine !== round) return;
      if (last > 0) timed.frames.push(now - last);
      last = now;
      ask(tick);
    };
    ask(tick);
  };
  Object.assign(window, {
    timed,
    startTiming: () => {
      timed.frames.length = 0;
      timed.work.length = 0;
      round += 1;
      watchFrames(round);
    },
  });
};

function told(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return `p50 ${at(0.5)?.toFixed(1)} p95 ${at(0.95)?.toFixed(1)} max ${sorted.at(-1)?.toFixed(1)} ms`;
}

async function timing(page: Page, what: string, move: () => Promise<void>): Promise<void> {
  await page.evaluate(() => (window as unknown as { startTiming: () => void }).startTiming());
  await move();
  const { frames, work } = await page.evaluate(() => (window as unknown as { timed: Timed }).timed);
  const slow = frames.filter((ms) => ms > 25).length;
  console.log(
    `      ${what}: ${frames.length} frames, ${told(frames)}, ${slow} over 25 ms; script ${told(work)}`,
  );
}

// The picture as text, to see whether it changed.
const picture = (page: Page) =>
  page.locator('.heat-box canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

for (const [rows, columns] of [
  [1000, 1000],
  [8, 125_000],
  [1, 1_000_000],
] as const) {
  test(`${rows} × ${columns} cells can be moved and zoomed`, async ({ page }) => {
    test.slow();
    await page.addInitScript(watch);
    await page.route('**/api/v1/partitions/grid?**', (route) =>
      route.fulfill({ json: grid(rows, columns) }),
    );
    await page.goto(`/partitions?nodeId=${encodeURIComponent(story.mart)}`);
    const map = page.getByRole('application', { name: /^Partitions of mart\.sales/ });
    await expect(map).toBeVisible({ timeout: 60_000 });
    const canvas = map.locator('canvas');
    const box = (await canvas.boundingBox())!;
    const [x, y] = [box.x + box.width * 0.6, box.y + Math.min(box.height * 0.6, 300)];
    await page.mouse.move(x, y);
    const whole = await resting(() => picture(page));
    await timing(page, `${rows} × ${columns}, zooming`, async () => {
      for (let i = 0; i < 40; i++) await page.mouse.wheel(0, -60);
      await expect.poll(() => picture(page)).not.toBe(whole);
    });
    const near = await resting(() => picture(page));
    expect(near).not.toBe(whole);
    await timing(page, `${rows} × ${columns}, panning`, async () => {
      for (let round = 0; round < 3; round++) {
        await page.mouse.move(x, y);
        await page.mouse.down();
        await page.mouse.move(x - 400, y - 60, { steps: 40 });
        await page.mouse.up();
      }
    });
    await expect.poll(() => picture(page)).not.toBe(near);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.mouse.move(10, 10);
    await expect.poll(() => picture(page)).not.toBe(near);
  });
}
