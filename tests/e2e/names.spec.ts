import { expect, lineage, node, test } from './pages';
import { dots, id, weird } from './seed';

for (const { dataset, job } of weird) {
  test(`names survive: ${dataset.name} and ${job.name}`, async ({ page }) => {
    // Through the search.
    await page.goto('/');
    await page.getByRole('combobox', { name: 'Search datasets and jobs' }).fill(dataset.name);
    await page.getByRole('option').filter({ hasText: dataset.namespace }).first().click();
    const panel = page.getByRole('complementary');
    await expect(panel.getByRole('heading', { level: 2 })).toHaveText(dataset.name);
    await expect(panel.getByText(dataset.namespace, { exact: true })).toBeVisible();

    // From node to node.
    await node(page, 'job', job.name).click();
    await expect(panel.getByRole('heading', { level: 2 })).toHaveText(job.name);
    await panel.getByRole('tab', { name: 'Runs' }).click();
    await panel.getByRole('link', { name: /completed/ }).click();
    await expect(panel.getByRole('article')).toContainText(`run of ${job.namespace}/${job.name}`);
    await panel.getByRole('link', { name: dataset.name }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(dataset.name);

    // By a link, with an expansion.
    const datasetId = id('dataset', dataset);
    await page.goto(lineage(datasetId, `depth=0&x=${encodeURIComponent(`${datasetId}|down`)}`));
    await expect(node(page, 'job', job.name)).toBeAttached();
    await page.reload();
    await expect(node(page, 'job', job.name)).toBeAttached();
  });
}

test('a name of only dots has its details, though no address can hold it', async ({ page }) => {
  await page.goto(lineage(id('dataset', dots)));
  const panel = page.getByRole('complementary');
  await expect(panel.getByText('No schema was reported.')).toBeVisible();
  await expect(panel.getByRole('alert')).toContainText('does not fit into an address');
  await expect(node(page, 'job', 'reader of dots')).toBeAttached();
});
