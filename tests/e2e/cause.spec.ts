import { expect, graph, lineage, test } from './pages';
import { story } from './story';

test('why a dataset is late: the causes in time, by rank and in the picture', async ({ page }) => {
  await page.goto(lineage(story.board));
  const panel = page.getByRole('complementary');
  await panel.getByRole('link', { name: 'Why is this wrong or late?' }).click();
  const at = panel.getByRole('textbox', { name: 'Wrong or late at' });
  await at.fill('2026-10-03 12:00');
  await at.press('Enter');
  await expect(page).toHaveURL(/at=2026-10-03/);

  const list = panel.getByRole('list', { name: 'Causes' });
  const entries = list.locator('.cause-entry');
  await expect(entries.filter({ hasText: 'Failed run' }).first()).toContainText('report');
  const code = entries.filter({ hasText: 'New code' }).first();
  await expect(code).toContainText('build');
  const timeline = panel.getByRole('group', { name: 'Causes in time' });
  await expect(timeline.getByRole('button', { name: /Failed run/ }).first()).toBeVisible();

  // Choosing one brings its path into the picture.
  await code.getByRole('button').first().click();
  await expect(page).toHaveURL(/cause=\d/);
  await expect(panel.getByRole('list', { name: 'Why it ranks here' })).toBeVisible();
  await expect(graph(page).locator(`[data-node="${story.build}"]`)).toHaveClass(/emphasis-path/);
  await expect(graph(page).locator(`[data-node="${story.board}"]`)).toHaveClass(/emphasis-path/);

  // The link restores it, and the mark in the timeline lets it go.
  await page.reload();
  await expect(graph(page).locator(`[data-node="${story.build}"]`)).toHaveClass(/emphasis-path/);
  await timeline.getByRole('button', { pressed: true }).click();
  await expect(page).not.toHaveURL(/cause=\d/);
  await expect(graph(page).locator('.emphasis-path')).toHaveCount(0);
});

test('nothing happened: it says so and offers other moments', async ({ page }) => {
  await page.goto(lineage(story.source, 'panel=cause&at=2026-09-01T00:00:00Z&window=PT6H'));
  const panel = page.getByRole('complementary');
  await expect(panel.getByText(/Nothing out of the ordinary upstream/)).toBeVisible();
  await panel.getByRole('button', { name: 'the last event' }).click();
  await expect(page).toHaveURL(/at=2026-10-04/);
});
