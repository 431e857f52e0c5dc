import type { Page } from '@playwright/test';
import { expect, lineage, test } from './pages';
import { field, story } from './story';

const picture = (page: Page) => page.getByRole('group', { name: /^Column lineage/ });
const column = (page: Page, name: string, dataset: string) =>
  picture(page).getByRole('button', { name: new RegExp(`^column ${name},.* of ${dataset}`) });

test('a column shows its whole path, and how sure each step is', async ({ page }) => {
  await page.goto(lineage(story.mart, 'depth=5'));
  await page.getByRole('button', { name: 'Columns' }).click();
  await expect(page).toHaveURL(/level=column/);
  await column(page, 'net_cents', 'mart\\.sales').click();
  await expect(page).toHaveURL(/col=datasetField/);

  const name = (text: string, dataset: string) => column(page, text, dataset);
  await expect(name('cents', 'raw\\.sales')).toHaveAccessibleName(/upstream, direct$/);
  await expect(name('cents', 'app\\.sales')).toHaveAccessibleName(/upstream, direct$/);
  await expect(name('status', 'raw\\.sales')).toHaveAccessibleName(/upstream, indirect$/);
  await expect(name('total', 'board\\.sales')).toHaveAccessibleName(/downstream, assumed$/);
  await expect(name('email', 'raw\\.sales')).toHaveAccessibleName(/of raw\.sales$/);
  const edges = (kind: string) => picture(page).locator(`.column-edge.${kind}.emphasis-up`);
  await expect(edges('is-indirect').first()).toBeAttached();
  await expect(page.getByRole('list', { name: 'Legend' })).toContainText('indirect');

  // The panel tells the same in words.
  const panel = page.getByRole('region', { name: 'Column net_cents' });
  await expect(panel).toContainText('filter (indirect)');
  await panel.getByRole('link', { name: 'raw.sales.cents', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Column cents' })).toBeVisible();
  await page.goBack();
  await expect(panel).toBeVisible();

  // The link restores it.
  await page.reload();
  await expect(name('cents', 'raw\\.sales')).toHaveAccessibleName(/upstream, direct$/);
});

test('a masked step is marked', async ({ page }) => {
  await page.goto(
    lineage(
      story.mart,
      `depth=5&level=column&col=${encodeURIComponent(field('mart', 'customer'))}`,
    ),
  );
  await expect(column(page, 'email', 'raw\\.sales')).toHaveAccessibleName(/masked$/);
  await expect(picture(page).locator('.column-edge-mask')).not.toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Legend' })).toContainText('masked');
});

test('columns can be walked with the keyboard alone', async ({ page }) => {
  await page.goto(lineage(story.mart, 'depth=5&level=column'));
  await picture(page)
    .getByRole('button', { name: /^dataset, mart\.sales/ })
    .focus();
  await page.keyboard.press('ArrowDown');
  await expect(column(page, 'day', 'mart\\.sales')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(column(page, 'day', 'raw\\.sales')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/col=/);
  await expect(column(page, 'day', 'mart\\.sales')).toHaveAccessibleName(/downstream, direct$/);
});
