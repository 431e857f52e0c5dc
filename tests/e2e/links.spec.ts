import { expect, facts, graph, lineage, node, restingIds, test } from './pages';

test('a link restores the whole state, and back undoes step by step', async ({ page, context }) => {
  await page.goto(lineage(facts));
  await page.getByRole('button', { name: 'Fit all' }).click();
  await graph(page)
    .getByRole('button', { name: /^Expand \d+ upstream of staging\.orders/ })
    .click();
  await expect(node(page, 'job', 'shop_nightly.stage_orders')).toBeAttached();
  await node(page, 'job', 'shop_nightly.build_order_facts').click();
  await page.getByRole('tab', { name: 'Impact' }).click();
  await page.getByRole('combobox', { name: 'What is affected if' }).selectOption('job_retired');
  const list = page.getByRole('list', { name: 'Affected nodes' });
  await list.getByRole('button', { name: /mart\.revenue_daily/ }).click();
  await expect(page.getByRole('list', { name: 'Path' })).toBeVisible();
  const url = page.url();
  const shown = await restingIds(page);

  const other = await context.newPage();
  await other.goto(url);
  await expect(other.getByRole('list', { name: 'Path' })).toBeVisible();
  await expect(other.getByRole('combobox', { name: 'What is affected if' })).toHaveValue(
    'job_retired',
  );
  await expect(other.getByRole('tab', { name: 'Impact' })).toHaveAttribute('aria-selected', 'true');
  await other.getByRole('button', { name: 'Fit all' }).click();
  await page.getByRole('button', { name: 'Fit all' }).click();
  expect(await restingIds(other)).toEqual(await restingIds(page));
  expect(shown.length).toBeGreaterThan(0);
  await other.close();

  await page.goBack(); // the path
  await expect(page.getByRole('list', { name: 'Path' })).not.toBeAttached();
  await page.goBack(); // the kind
  await expect(page.getByRole('combobox', { name: 'What is affected if' })).toHaveValue('code');
  await page.goBack(); // the tab
  await expect(page.getByRole('tab', { name: 'Details' })).toHaveAttribute('aria-selected', 'true');
  await page.goBack(); // the selection
  await expect(page.getByRole('complementary').getByRole('heading', { level: 2 })).toHaveText(
    'core.order_facts',
  );
  await page.goBack(); // the expansion
  await expect(node(page, 'job', 'shop_nightly.stage_orders')).not.toBeAttached();
  await page.goForward();
  await expect(node(page, 'job', 'shop_nightly.stage_orders')).toBeAttached();
});

test('a selection that is not in the picture still has its details', async ({ page }) => {
  await page.goto(lineage(facts, `sel=${encodeURIComponent('dataset:crm:contacts')}`));
  const panel = page.getByRole('complementary');
  await expect(panel.getByRole('heading', { level: 2 })).toHaveText('contacts');
  await expect(panel.getByRole('row', { name: /lifetime_cents/ })).toBeVisible();
});
