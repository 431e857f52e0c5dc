import { expect, facts, graph, lineage, node, nodeIds, orders, restingIds, test } from './pages';

test('from a search to what a change would break', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByLabel('What is stored')).toBeVisible();

  // Search, by keyboard only.
  await page.keyboard.press('/');
  await page.keyboard.type('order_fac');
  const options = page.getByRole('option');
  await expect(options.first()).toContainText('core.order_facts');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');

  // Open.
  await expect(page).toHaveURL(
    new RegExp(`/lineage/${encodeURIComponent(facts).replaceAll('.', '\\.')}$`),
  );
  await expect(node(page, 'dataset', 'core.order_facts')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('complementary')).toContainText('One row for each order line');

  // Expand one step further, and collapse it again.
  await page.getByRole('button', { name: 'Fit all' }).click();
  const before = await restingIds(page);
  const expand = graph(page).getByRole('button', {
    name: /^Expand \d+ upstream of staging\.orders/,
  });
  await expand.click();
  await expect(page).toHaveURL(/[?&]x=/);
  await expect(node(page, 'job', 'shop_nightly.stage_orders')).toBeAttached();
  await graph(page).getByRole('button', { name: 'Collapse upstream of staging.orders' }).click();
  await expect(node(page, 'job', 'shop_nightly.stage_orders')).not.toBeAttached();
  await page.getByRole('button', { name: 'Fit all' }).click();
  await expect.poll(async () => (await nodeIds(page)).sort()).toEqual(before);

  // Details of a job, then its runs, then one run.
  await node(page, 'job', 'shop_nightly.mart_stock').click();
  const panel = page.getByRole('complementary');
  await expect(panel.getByRole('heading', { level: 2 })).toHaveText('shop_nightly.mart_stock');
  await expect(panel.getByText('team:depots', { exact: true })).toBeVisible();
  await expect(panel.getByText('INSERT INTO mart.stock_alerts').first()).toBeVisible();
  await panel.getByRole('tab', { name: 'Runs' }).click();
  await panel
    .getByRole('link', { name: /failed/ })
    .first()
    .click();
  await expect(panel.getByLabel('Error message')).toContainText('has no column');
  await expect(panel.getByRole('heading', { name: 'Inputs (3)' })).toBeVisible();
  await expect(panel.getByRole('link', { name: /public\.stock_levels/ })).toBeVisible();

  // Impact of a deletion at the source.
  await page.goto(lineage(orders, 'panel=impact&kind=dataset_deleted'));
  const list = panel.getByRole('list', { name: 'Affected nodes' });
  await expect(list.getByRole('button', { name: /extract_orders.*breaking/ })).toBeVisible();
  await expect(panel.getByRole('button', { name: /^0 recompute/ })).toBeDisabled();

  // A click shows the path in the picture, and brings it there first.
  await expect(node(page, 'dataset', 'core.order_facts')).not.toBeAttached();
  await list.getByRole('button', { name: /core\.order_facts/ }).click();
  await expect(panel.getByRole('list', { name: 'Path' }).getByRole('listitem')).toHaveCount(7);
  await page.getByRole('button', { name: 'Fit all' }).click();
  const onPath = graph(page).locator('.graph-node.emphasis-path');
  await expect(onPath).toHaveCount(7);
  await expect(graph(page).locator('.graph-edge.emphasis-path')).toHaveCount(6);
  await expect(page).toHaveURL(/[?&]hit=/);
});

test('what is shown of an impact can be taken along', async ({ page }) => {
  await page.goto(lineage(orders, 'panel=impact&kind=dataset_deleted'));
  const panel = page.getByRole('complementary');
  await panel
    .getByRole('button', { name: /breaking$/ })
    .first()
    .click();
  const download = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'CSV' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/\.csv$/);
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(text[0]).toMatch(/^nodeId,type,.*severity/);
  expect(text).toHaveLength(2);
  expect(text[1]).toContain('breaking');
});

test('hovering tells upstream from downstream', async ({ page }) => {
  await page.goto(lineage(facts));
  await page.getByRole('button', { name: 'Fit all' }).click();
  await node(page, 'job', 'shop_nightly.build_order_facts').hover();
  await expect(graph(page).locator('[data-node="dataset:warehouse:staging.orders"]')).toHaveClass(
    /emphasis-up/,
  );
  await expect(graph(page).locator(`[data-node="${facts}"]`)).toHaveClass(/emphasis-down/);
});

test('the picture can be walked with the keyboard alone', async ({ page }) => {
  await page.goto(lineage(facts));
  await node(page, 'dataset', 'core.order_facts').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(node(page, 'job', 'shop_nightly.build_order_facts')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary').getByRole('heading', { level: 2 })).toHaveText(
    'shop_nightly.build_order_facts',
  );
  await page.keyboard.press('ArrowLeft');
  await expect(graph(page).locator('.graph-body:focus')).toHaveAttribute(
    'aria-label',
    /^dataset, staging\./,
  );
});
