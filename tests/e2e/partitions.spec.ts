import type { Page } from '@playwright/test';
import { expect, lineage, test } from './pages';
import { boardStart, day, days, late, newClean, parts } from './parts';

const pageOf = (nodeId: string, query = '') =>
  `/partitions?nodeId=${encodeURIComponent(nodeId)}${query === '' ? '' : `&${query}`}`;
const heatMap = (page: Page) => page.getByRole('application', { name: /^Partitions of/ });
const ranges = (page: Page) => page.getByRole('region', { name: 'Ranges' });

test('a heat map says which partitions are stale, and why each is', async ({ page }) => {
  await page.goto(pageOf(parts.core));
  await expect(heatMap(page)).toHaveAccessibleName(`Partitions of core.clicks: ${days} in 2 lanes`);
  // Cleaned by the old version in both regions; one of the others read what came again.
  const legend = page.getByRole('group', { name: 'Show only' });
  await expect(legend.getByRole('button', { name: `stale, code ${2 * newClean}` })).toBeVisible();
  await expect(legend.getByRole('button', { name: 'stale, inputs 1' })).toBeVisible();
  await expect(
    ranges(page).getByRole('button', { name: `Choose ${day(0)} to ${day(newClean - 1)}, eu` }),
  ).toBeVisible();

  // By keys alone: to the change of code, and to its cause.
  await heatMap(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const card = page.getByRole('region', { name: 'Partition' });
  await expect(card).toContainText('The code of clean changed from 1.0 to 2.0');
  await expect(page).toHaveURL(new RegExp(`cell=date%3D${day(0)}`));
  await page.keyboard.press('Control+ArrowRight');
  await page.keyboard.press('Control+ArrowRight');
  await expect(page.getByText(`${day(late)} · eu: stale, inputs`)).toBeAttached();
  await page.keyboard.press('Enter');
  await expect(card).toContainText(`raw.clicks ${day(late)} · eu was written again`);
  await card.getByRole('link', { name: `clean ${day(late)}` }).click();
  await expect(page).toHaveURL(/\/runs\//);
  await page.goBack();
  await expect(card).toContainText('was written again');
});

test('a cell under the pointer is named, and clicked it is explained', async ({ page }) => {
  await page.goto(pageOf(parts.core));
  const box = (await heatMap(page).locator('canvas').boundingBox())!;
  await page.mouse.move(box.x + 100, box.y + 40);
  const tip = page.locator('.heat-tip');
  await expect(tip).toContainText('stale, code');
  const name = (await tip.textContent())?.split(':')[0]?.trim() ?? '';
  await page.mouse.click(box.x + 100, box.y + 40);
  await expect(page.getByRole('region', { name: 'Partition' }).getByRole('heading')).toHaveText(
    name,
  );
});

test('what is missing is listed and chosen, and a plan begins with it', async ({ page }) => {
  await page.goto(pageOf(parts.board));
  await page.getByRole('button', { name: /^missing/ }).click();
  await expect(page).toHaveURL(/only=missing/);
  await ranges(page)
    .getByRole('button', { name: `Choose ${boardStart} to ${day(-1)}` })
    .click();
  const chosen = page.getByRole('region', { name: 'Chosen' });
  await expect(chosen).toContainText('3 partitions');
  await page.reload();
  await expect(chosen.getByRole('heading')).toHaveText(`${boardStart} to ${day(-1)}`);
  await chosen.getByRole('link', { name: 'Plan from these' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New plan');
  await expect(page.getByText(`${day(0)} 00:00:00 UTC`)).toBeVisible();
});

test('cells are chosen by dragging, in several lanes', async ({ page }) => {
  await page.goto(pageOf(parts.core));
  await page.getByRole('button', { name: 'Choose cells' }).click();
  const box = (await heatMap(page).locator('canvas').boundingBox())!;
  await page.mouse.move(box.x + 120, box.y + 36);
  await page.mouse.down();
  await page.mouse.move(box.x + 330, box.y + 66, { steps: 6 });
  await page.mouse.up();
  const chosen = page.getByRole('region', { name: 'Chosen' });
  await expect(chosen).toContainText('in each of 2 lanes');
  await expect(chosen).toContainText('stale, code');
});

test('the overview leads from what is stale to the cause', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Reprocessing' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What is stale');
  const row = page.getByRole('row', { name: /core\.clicks/ });
  await expect(row).toContainText(String(2 * newClean + 1));
  await row.getByRole('button', { name: 'Why core.clicks' }).click();
  await expect(page.getByText('The code of clean changed')).toBeVisible();
  await page.getByRole('link', { name: 'With what is downstream' }).click();
  await expect(page.getByRole('row', { name: /board\.clicks/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /raw\.clicks/ })).toHaveCount(0);
});

test('partitions stand beside the lineage of their dataset', async ({ page }) => {
  await page.goto(lineage(parts.core));
  await page.getByRole('tab', { name: 'Partitions' }).click();
  await expect(page).toHaveURL(/panel=partitions/);
  const panel = page.getByRole('complementary');
  await expect(panel.getByRole('application')).toHaveAccessibleName(/core\.clicks/);
  await expect(panel).toContainText(`${2 * newClean + 1} stale`);
  await panel.getByRole('link', { name: 'All about these partitions' }).click();
  await expect(page).toHaveURL(/\/partitions\?nodeId=/);
});
