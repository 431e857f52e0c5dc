import { clickEdge, expect, facts, graph, lineage, node, test } from './pages';

const build = 'job:nightly:shop_nightly.build_order_facts';

test('an edge says who vouches for it', async ({ page }) => {
  await page.goto(lineage(facts));
  await expect(node(page, 'dataset', 'core.order_facts')).toBeVisible();
  await clickEdge(page, build, facts);
  const panel = page.getByRole('complementary', { name: 'Edge' });
  await expect(panel.getByText('holds now')).toBeVisible();
  await expect(panel.getByText('4 times')).toBeVisible();
  await expect(panel.getByText('https://alder.example/pipelines')).toBeVisible();
  const runs = panel.getByRole('link', { name: /^[0-9a-f]{8}-/ });
  await expect(runs).toHaveCount(4);
  await runs.first().click();
  await expect(page.getByRole('article', { name: /^Run / })).toContainText('completed');
});

test('the same evidence is reached from the list of neighbours', async ({ page }) => {
  await page.goto(lineage(facts));
  const panel = page.getByRole('complementary');
  await panel
    .getByRole('link', { name: 'Evidence of the edge with shop_nightly.build_order_facts' })
    .click();
  await expect(
    page.getByRole('complementary', { name: 'Edge' }).getByText('holds now'),
  ).toBeVisible();
});

test('an edge that ended keeps its evidence and says why it ended', async ({ page }) => {
  const carts = 'dataset:kafka://events.alder.example:9092:web.carts';
  const job = 'job:nightly:shop_nightly.attribution';
  const query = `from=${encodeURIComponent(carts)}&to=${encodeURIComponent(job)}`;
  await page.goto(lineage(job, query));
  const panel = page.getByRole('complementary', { name: 'Edge' });
  await expect(panel.getByText('does not hold any more')).toBeVisible();
  await expect(panel.getByText('A run under new code no longer shows it.')).toBeVisible();
  await expect(panel.getByRole('link', { name: /^[0-9a-f]{8}-/ })).toHaveCount(2);
});

test('the past is one field away', async ({ page }) => {
  const carts = '[data-node="dataset:kafka://events.alder.example:9092:web.carts"]';
  const job = 'job:nightly:shop_nightly.attribution';
  await page.goto(lineage(job));
  await expect(node(page, 'job', 'shop_nightly.attribution')).toBeVisible();
  await page.getByRole('button', { name: 'Fit all' }).click();
  await expect(graph(page).locator(carts)).not.toBeAttached();
  await page.goto(lineage(job, `as_of=${encodeURIComponent('2026-10-02T12:00:00Z')}`));
  await expect(node(page, 'job', 'shop_nightly.attribution')).toBeVisible();
  await page.getByRole('button', { name: 'Fit all' }).click();
  await expect(graph(page).locator(carts)).toBeAttached();
});
