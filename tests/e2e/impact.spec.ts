import { readFileSync } from 'node:fs';
import { expect, graph, node, test } from './pages';
import { story } from './story';

test('a dropped column: what breaks, filtered, grouped and taken along as CSV', async ({
  page,
}) => {
  await page.goto('/impact');
  await page.getByRole('combobox', { name: 'What changes (1)' }).fill('raw.sales');
  await page
    .getByRole('option', { name: /raw\.sales/ })
    .first()
    .click();
  await page
    .getByRole('combobox', { name: 'How it changes (1)' })
    .selectOption('a column is dropped');
  await expect(page.getByText('not complete yet')).toBeVisible();
  const column = page.getByRole('combobox', { name: 'Column' });
  await column.fill('cents');
  await column.press('Enter');

  const table = page.getByRole('table');
  const row = (name: RegExp) => table.getByRole('row', { name });
  await expect(row(/^Job ?build/)).toContainText('breaking');
  await expect(row(/board\.sales/)).toBeVisible();
  await row(/board\.sales/)
    .getByRole('button', { name: /^Path to/ })
    .click();
  const path = table.getByRole('list', { name: 'Path' });
  await expect(path).toContainText('mart.sales');
  await expect(path.getByRole('link', { name: /^run / }).first()).toBeVisible();

  // All of it, then what is left under a filter.
  const file = async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toMatch(/^impact-column_dropped-raw\.sales.*\.csv$/);
    const lines = readFileSync(await saved.path(), 'utf8')
      .trim()
      .split(/\r?\n/);
    return lines.filter((line) => !line.startsWith('#'));
  };
  const whole = await file();
  expect(whole[0]).toMatch(/severity/);
  const paths = table.getByRole('button', { name: /^Path to/ });
  await expect(paths).toHaveCount(whole.length - 1);
  await page
    .getByRole('button', { name: /breaking$/ })
    .first()
    .click();
  await expect(page).toHaveURL(/severity=breaking/);
  await expect(row(/^Job ?build/)).toBeVisible();
  const part = await file();
  await expect(paths).toHaveCount(part.length - 1);
  for (const line of part.slice(1)) expect(line).toContain('breaking');

  // By owner, and by link.
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('owner');
  await expect(table.getByRole('button', { name: /^team:data/ })).toBeVisible();
  await page.reload();
  await expect(table.getByRole('button', { name: /^team:finance/ })).toBeVisible();

  // Into the picture.
  await row(/board\.sales/)
    .getByRole('button', { name: /^Path to/ })
    .click();
  await table.getByRole('link', { name: 'Show in the picture' }).click();
  await expect(node(page, 'dataset', 'raw.sales')).toBeVisible();
  await expect(graph(page).locator('.graph-node.impact-breaking')).not.toHaveCount(0);
});

test('every kind of change can be asked about a dataset', async ({ page }) => {
  await page.goto(`/lineage/${encodeURIComponent(story.raw)}?panel=impact`);
  const panel = page.getByRole('complementary');
  const kind = panel.getByRole('combobox', { name: 'What is affected if' });
  const list = panel.getByRole('list', { name: 'Affected nodes' });
  await expect(list.getByRole('button').first()).toBeVisible();
  for (const [label, fill] of [
    ['it is deleted', {}],
    ['it is late', { 'Late until (UTC)': '2026-10-05 09:00' }],
    ['a column is renamed', { Column: 'cents', 'New name': 'amount' }],
    ['a column changes its type', { 'New type': 'NUMERIC' }],
    ['a column is added', { Column: 'note' }],
  ] as const) {
    await kind.selectOption(label);
    for (const [name, text] of Object.entries(fill as Record<string, string>)) {
      const input = panel.getByLabel(name, { exact: true });
      await input.fill(text);
      await input.press('Enter');
    }
    await expect(panel.getByRole('status')).toContainText('dataset');
    await expect(panel.getByRole('alert')).toHaveCount(0);
  }
});
