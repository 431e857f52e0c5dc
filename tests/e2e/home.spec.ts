import { expect, test } from './pages';

test('the first page shows what is stored and what failed', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByLabel('What is stored')).toContainText('datasets');
  const failing = page.getByRole('region', { name: 'Failing jobs' });
  await expect(failing.getByText('shop_nightly.mart_stock')).toBeVisible();
  await expect(
    failing.getByText('relation "public.stock_levels" has no column "on_hand"'),
  ).toBeVisible();
  await expect(
    page.getByRole('region', { name: 'Recent jobs' }).getByRole('listitem').first(),
  ).toBeVisible();
  await expect(page.getByRole('link', { name: /in quarantine/ })).toBeVisible();
});

test('a run that failed is one click away, with its error', async ({ page }) => {
  await page.goto('/');
  await page
    .getByRole('region', { name: 'Failing jobs' })
    .getByRole('link', { name: /^failed/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/runs\//);
  await expect(page.getByLabel('Error message')).toContainText('LINE 1');
  await expect(page.getByRole('heading', { name: 'Inputs (3)' })).toBeVisible();
});

test('the API page lists every operation and stays on this host', async ({ page }) => {
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(process.env.HEADWATER_E2E_URL ?? ''))
      elsewhere.push(request.url());
  });
  await page.goto('/docs');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Headwater API');
  await expect(page.getByRole('article')).not.toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Filter operations' }).fill('impact');
  await expect(page.getByRole('navigation').getByRole('listitem')).toHaveCount(1);
  expect(elsewhere).toEqual([]);
});

test.describe('an address that is nothing', () => {
  test.use({ allowedErrors: [/404/] });

  test('says so, with the page of the error code', async ({ page }) => {
    await page.goto('/lineage/dataset%3Anowhere%3Anothing');
    const alert = page.getByRole('alert').first();
    await expect(alert).toContainText('Not found');
    const link = alert.getByRole('link', { name: /not-found/ });
    await expect(link).toHaveAttribute('href', '/docs/errors/not-found');
    const answer = await page.request.get('/docs/errors/not-found');
    expect(answer.status()).toBe(200);
    await page.goto('/no/such/page');
    await expect(page.getByRole('heading', { name: 'No such page' })).toBeVisible();
  });
});
