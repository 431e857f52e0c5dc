import type { Page } from '@playwright/test';
import { expect, graph, lineage, node, test } from './pages';
import { story } from './story';

const asOf = (page: Page) => new URL(page.url()).searchParams.get('as_of');
const slider = (page: Page) => page.getByRole('slider', { name: 'Moment shown' });
const rates = (page: Page) => node(page, 'dataset', 'raw.rates');

// Where the middle node is on the screen, once it rests.
async function place(page: Page) {
  const body = node(page, 'dataset', 'mart.sales');
  await expect(body).toBeVisible();
  await body.hover({ trial: true });
  const box = (await body.boundingBox())!;
  return { x: Math.round(box.x), y: Math.round(box.y), width: Math.round(box.width) };
}

test('time moves and the picture keeps its place', async ({ page }) => {
  await page.goto(lineage(story.mart));
  await expect(rates(page)).toBeVisible();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await expect(slider(page)).toHaveAttribute('aria-valuetext', 'now');
  const before = await place(page);

  // Back over the changes, to before new code read the rates.
  const previous = page.getByRole('button', { name: 'Previous change' });
  for (let i = 0; i < 12 && (await rates(page).count()) > 0; i++) {
    const was = asOf(page);
    await previous.click();
    await expect.poll(() => asOf(page)).not.toBe(was);
    await expect(page.getByRole('region', { name: 'Lineage' })).toHaveAttribute(
      'aria-busy',
      'false',
    );
  }
  await expect(rates(page)).not.toBeAttached();
  expect(asOf(page)! < '2026-10-03T03').toBe(true);
  expect(await place(page)).toEqual(before);

  // A link to that moment, and back to now by the history.
  const link = page.url();
  await page.getByRole('button', { name: 'Now' }).click();
  await expect(rates(page)).toBeVisible();
  expect(await place(page)).toEqual(before);
  await page.goBack();
  await expect(page).toHaveURL(link);
  await expect(rates(page)).not.toBeAttached();
  await page.reload();
  await expect(node(page, 'dataset', 'mart.sales')).toBeVisible();
  await expect(rates(page)).not.toBeAttached();
});

test('the slider follows keys, the hand and a written moment', async ({ page }) => {
  await page.goto(lineage(story.mart));
  await expect(page.getByRole('button', { name: 'Previous change' })).toBeEnabled();
  await slider(page).focus();
  await page.keyboard.press('PageDown');
  await expect.poll(() => asOf(page)).not.toBeNull();
  await page.keyboard.press('End');
  await expect.poll(() => asOf(page)).toBeNull();

  const input = page.getByRole('textbox', { name: 'As of' });
  await input.fill('2026-10-02 12:00');
  await input.press('Enter');
  await expect(rates(page)).not.toBeAttached();
  expect(asOf(page)).toBe('2026-10-02T12:00:00Z');
  const before = await place(page);

  // A drag asks for the moments on its way, and is one step of the history.
  const handle = (await slider(page).boundingBox())!;
  const track = (await page.locator('.time-rail').boundingBox())!;
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
  await page.mouse.down();
  await page.mouse.move(track.x + track.width * 0.8, handle.y + 5, { steps: 8 });
  await expect(rates(page)).toBeVisible();
  await page.mouse.move(track.x + track.width * 0.9, handle.y + 5, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => asOf(page)! > '2026-10-03').toBe(true);
  expect(await place(page)).toEqual(before);
  await page.goBack();
  await expect.poll(() => asOf(page)).toBe('2026-10-02T12:00:00Z');
});

test('playing walks through the changes until now', async ({ page }) => {
  await page.goto(lineage(story.mart, 'as_of=2026-10-02T12:00:00Z'));
  await expect(rates(page)).not.toBeAttached();
  await page.getByRole('button', { name: 'Play through the changes' }).click();
  await expect(rates(page)).toBeVisible();
  await expect(slider(page)).toHaveAttribute('aria-valuetext', 'now', { timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Play through the changes' })).toBeVisible();
});

test('what changed is coloured, named and listed', async ({ page }) => {
  await page.goto(lineage(story.mart));
  await page.getByRole('button', { name: 'Compare' }).click();
  const since = page.getByRole('complementary').getByRole('textbox', { name: 'Compared with' });
  await since.fill('2026-10-02 12:00');
  await since.press('Enter');
  await expect(
    graph(page).getByRole('button', { name: /^dataset, raw\.rates, .*added$/ }),
  ).toBeVisible();
  await expect(graph(page).locator(`[data-source="${story.rates}"]`)).toHaveClass(/change-added/);
  const list = page.getByRole('list', { name: 'Changes' });
  await expect(list).toContainText('build reads raw.rates');
  await expect(list).toContainText('build: code changed');
  await list.getByRole('button', { name: 'evidence' }).first().click();
  await expect(list.locator('.change-evidence').first()).toContainText('https://example.com/story');

  // Whichever end is moved: what changed is told as time ran.
  await page.goto(
    lineage(story.mart, 'as_of=2026-10-02T12:00:00Z&compare_to=2026-10-04T12:00:00Z&panel=changes'),
  );
  await expect(
    graph(page).getByRole('button', { name: /^dataset, raw\.rates, .*added$/ }),
  ).toBeVisible();
  await expect(list).toContainText('build reads raw.rates');
});
