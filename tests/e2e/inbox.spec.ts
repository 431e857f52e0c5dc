import type { Page } from '@playwright/test';
import { expect, test } from './pages';
import { day, late, newClean, parts } from './parts';

const changes = (page: Page) => page.getByRole('list', { name: 'Changes' });
const entry = (page: Page, name: string) => changes(page).getByRole('article', { name });

async function staleOf(page: Page, nodeId: string): Promise<number> {
  const answer = await page.request.get(
    `/api/v1/staleness?nodeId=${encodeURIComponent(nodeId)}&ranges=false`,
  );
  return ((await answer.json()) as { totals: { stale: number } }).totals.stale;
}

test('changes that make something stale wait in the inbox; a comment does not', async ({
  page,
}) => {
  await page.goto('/changes');
  await expect(entry(page, 'New code: clean')).toContainText('1.0 → 2.0');
  await expect(entry(page, 'New code: clean')).toContainText(/\d+ – \d+ stale in 1 – 2 datasets/);
  await expect(entry(page, 'New code: count')).toBeVisible();
  await expect(entry(page, 'Written again: raw.clicks')).toContainText(`${day(late)} · eu`);
  await expect(entry(page, 'New code: mean')).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Of' }).selectOption('data');
  await expect(entry(page, 'New code: clean')).toHaveCount(0);
  await expect(page).toHaveURL(/kind=data/);
});

test('a change is decided, what it made stale is current, and it is undone', async ({ page }) => {
  const before = await staleOf(page, parts.core);
  expect(before).toBe(2 * newClean + 1);
  await page.goto('/changes?kind=code');
  await entry(page, 'New code: clean').getByRole('button', { name: 'Decide' }).click();
  const open = entry(page, 'New code: clean');
  await expect(open.getByRole('region', { name: 'What it makes stale' })).toContainText(
    'core.clicks',
  );
  await open.getByRole('button', { name: 'Immaterial' }).click();
  await open.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await open.getByRole('textbox', { name: 'Reason' }).fill('the same rows, faster');
  await open.getByRole('button', { name: 'Decide: immaterial' }).click();
  const decided = page.getByRole('region', { name: /^Change \d+/ });
  await expect(decided).toContainText('immaterial, by ada');
  await expect(entry(page, 'New code: clean')).toHaveCount(0);
  await expect.poll(() => staleOf(page, parts.core)).toBe(1);

  await decided.getByRole('button', { name: 'Undo' }).click();
  await decided.getByRole('button', { name: 'Undo the decision' }).click();
  await expect(entry(page, 'New code: clean')).toBeVisible();
  await expect.poll(() => staleOf(page, parts.core)).toBe(before);
});

test('new code counts from one partition on', async ({ page }) => {
  await page.goto('/changes?kind=code');
  await entry(page, 'New code: clean').getByRole('button', { name: 'Decide' }).click();
  const open = entry(page, 'New code: clean');
  await open.getByRole('button', { name: 'Forward only' }).click();
  await open.getByRole('combobox', { name: 'For' }).selectOption(parts.core);
  await open.getByRole('textbox', { name: 'New code from partition' }).fill(`date=${day(10)}`);
  await open.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await open.getByRole('button', { name: 'Decide: forward only' }).click();
  const decided = page.getByRole('region', { name: /^Change \d+/ });
  await expect(decided).toContainText(`forward only from ${day(10)}`);
  await expect.poll(() => staleOf(page, parts.core)).toBe(2 * (newClean - 10) + 1);
  await decided.getByRole('button', { name: 'Undo' }).click();
  await decided.getByRole('button', { name: 'Undo the decision' }).click();
  await expect.poll(() => staleOf(page, parts.core)).toBe(2 * newClean + 1);
});

test('a change leads to its lineage, to what changed then, and to a plan', async ({ page }) => {
  await page.goto('/changes?kind=code');
  await entry(page, 'New code: clean').getByRole('button', { name: 'Decide' }).click();
  const open = entry(page, 'New code: clean');
  await open.getByRole('link', { name: 'What changed then' }).click();
  await expect(page.getByRole('tab', { name: 'Changes' })).toHaveAttribute('aria-selected', 'true');
  await page.goBack();
  await open.getByRole('link', { name: 'Plan for this change' }).click();
  await expect(page.getByRole('list', { name: 'Changes' })).toContainText('change');
});
