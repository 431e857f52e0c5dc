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
    .getByRole('link', {
      name: 'Evidence of the edge with shop_nightly.build_order_facts',
    })
    .click();
  await expect(
    page.getByRole('complementary', { name: 'Edge' }).getByText('holds now'),
  ).toBeVisible();
});

const carts = 'dataset:kafka://events.alder.example:9092:web.carts';
const attribution = 'job:nightly:shop_nightly.attribution';

test('an edge that ended keeps its evidence and says why it ended', async ({ page }) => {
  const query = `from=${encodeURIComponent(carts)}&to=${encodeURIComponent(attribution)}`;
  await page.goto(lineage(attribution, query));
  const panel = page.getByRole('complementary', { name: 'Edge' });
  await expect(panel.getByText('does not hold any more')).toBeVisible();
  await expect(panel.getByText('A run under new code no longer shows it.')).toBeVisible();
  await expect(panel.getByRole('link', { name: /^[0-9a-f]{8}-/ })).toHaveCount(2);
  await panel.getByText('What was known before (1)').click();
  await expect(panel.getByText(/^as it was known until record/)).toBeVisible();
});

test('the past is one field away', async ({ page }) => {
  const edge = graph(page).locator(`[data-source="${carts}"][data-target="${attribution}"]`);
  const shown = async () => {
    await expect(node(page, 'job', 'shop_nightly.attribution')).toBeVisible();
    await page.getByRole('button', { name: 'Fit all' }).click();
  };
  await page.goto(lineage(attribution));
  await shown();
  await expect(edge).not.toBeAttached();
  const moment = page.getByRole('textbox', { name: 'As of' });
  await moment.fill('2026-10-02 12:00');
  await moment.press('Enter');
  await expect(page).toHaveURL(/as_of=2026-10-02T12%3A00%3A00Z/);
  await shown();
  await expect(edge).toBeAttached();
  await page.getByRole('button', { name: 'Now', exact: true }).click();
  await expect(edge).not.toBeAttached();
});
