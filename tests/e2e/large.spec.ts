import { expect, graph, lineage, node, nodeIds, restingIds, test } from './pages';
import { id, overHub, overJobs, wideHub, wideJobs } from './seed';

test('of 500 nodes only those in sight are in the document', async ({ page }) => {
  const total = 1 + 2 * wideJobs;
  await page.goto(lineage(id('dataset', wideHub), 'panel=none'));
  await expect(graph(page)).toHaveAttribute('aria-label', new RegExp(`, ${total} nodes`));
  await expect(node(page, 'dataset', 'hub')).toBeVisible();
  const first = await restingIds(page);
  const near = first.length;
  expect(near).toBeLessThan(150);
  expect(near).toBeGreaterThan(3);

  // Dragging brings others in and lets the first ones go.
  const box = (await graph(page).boundingBox())!;
  const [x, y] = [box.x + box.width * 0.12, box.y + box.height * 0.8];
  await page.evaluate(() => {
    const seen: number[] = [];
    let last = performance.now();
    const tick = (now: number) => {
      seen.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    Object.assign(window, { frames: seen });
  });
  for (let i = 0; i < 6; i++) {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y - 500, { steps: 12 });
    await page.mouse.up();
  }
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames);
  const slow = frames.filter((ms) => ms > 50).length;
  console.log(`      ${frames.length} frames while dragging, ${slow} of them over 50 ms`);
  const later = await restingIds(page);
  expect(later.some((n) => !first.includes(n))).toBe(true);
  expect(first.some((n) => !later.includes(n))).toBe(true);
  expect(later.length).toBeLessThan(150);

  // All of it fits, as shapes without text.
  await page.getByRole('button', { name: 'Fit all' }).click();
  await expect.poll(async () => (await nodeIds(page)).length).toBe(total);
  await expect(graph(page).locator('text')).toHaveCount(0);
});

test('a picture that was cut says so, and can be asked for in full', async ({ page }) => {
  await page.goto(lineage(id('dataset', overHub), 'panel=none'));
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('Not the whole picture');
  await expect(alert).toContainText('500 nodes');
  await alert.getByRole('button', { name: 'Raise the limit to 1000' }).click();
  await expect(page).toHaveURL(/[?&]max=1000/);
  await expect(alert).not.toBeAttached();
  await expect(graph(page)).toHaveAttribute(
    'aria-label',
    new RegExp(`, ${1 + 2 * overJobs} nodes`),
  );
});
