import { expect, lineage, test as base } from './pages';
import { ready, send, start } from './setup';
import { lastNight, watched, watchedEvents } from './watched';

const test = base.extend<object, { own: string }>({
  own: [
    async ({}, use) => {
      const server = await start();
      try {
        await ready(server.url);
        const answer = await send(`${server.url}/api/v1/lineage/batch`, watchedEvents());
        expect(await answer.json()).toMatchObject({ summary: { failed: 0 } });
        await use(server.url);
      } finally {
        await server.stop();
      }
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ own }, use) => use(own),
});

const after = `${lastNight}T03:00:00Z`;
const e = encodeURIComponent;

test('what fails is listed with its numbers, and leads to the profile', async ({ page }) => {
  await page.goto('/');
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: 'Quality' })
    .click();
  await page.getByRole('textbox', { name: 'As of' }).fill(after);
  await page.getByRole('textbox', { name: 'As of' }).press('Enter');
  const failing = page.getByRole('list', { name: 'Failing datasets' });
  await expect(failing.getByRole('list', { name: /^Monitors of/ })).toHaveCount(1);
  await expect(failing.getByRole('list', { name: 'Monitors of orders' })).toContainText(
    /Volumefailingrows written: 12; usual 1,0\d0; from/,
  );
  await expect(page.getByText('No dataset is unusual.')).toBeVisible();
  await page.getByRole('combobox', { name: 'Which are' }).selectOption('ok');
  await expect(page.getByRole('list', { name: 'Monitors of stock' })).toBeVisible();
  await page.goBack();
  await page.getByRole('link', { name: 'Profile of orders' }).click();
  const panel = page.getByRole('complementary', { name: 'orders' });
  await expect(panel.getByRole('img', { name: /^Rows written/ })).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Set monitors' })).toBeInViewport();
});

test('anomalies are filtered by kind and day, in the address', async ({ page }) => {
  await page.goto('/quality?tab=anomalies');
  await page.getByRole('textbox', { name: 'To' }).fill('2026-09-22');
  await page.getByRole('textbox', { name: 'To' }).press('Enter');
  const kinds = page.getByRole('group', { name: 'Kinds' });
  await kinds.getByRole('button', { name: 'Volume' }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/kinds=volume/);
  const rows = page.getByRole('row').filter({ hasText: 'watched' });
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(lastNight);
  await expect(rows).toContainText('rows written: 12');
  await page.reload();
  await expect(rows).toHaveCount(1);
  await kinds.getByRole('button', { name: 'Volume' }).click();
  await kinds.getByRole('button', { name: 'Schema' }).click();
  await expect(page.getByText(/Nothing was unlike its own history/)).toBeVisible();
});

test('monitors are set, signed, and go back to what they learn', async ({ page }) => {
  await page.goto(lineage(watched.stock, 'profile='));
  const panel = page.getByRole('complementary', { name: 'stock' });
  await panel.getByRole('button', { name: 'Set monitors' }).click();
  const form = panel.getByRole('form', { name: 'Set monitors' });
  const volume = form.getByRole('group', { name: /^Volume/ });
  await expect(volume).toContainText(/Learned: rows written: usual 1,0\d0/);
  await form.getByRole('spinbutton', { name: 'Fails when older than' }).fill('36');
  await volume.getByRole('spinbutton', { name: /Fails at/ }).fill('8');
  await form
    .getByRole('group', { name: /^Distribution/ })
    .getByRole('checkbox', { name: 'watched' })
    .uncheck();
  await form.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await form.getByRole('textbox', { name: 'Reason' }).fill('late at the end of a month');
  await form.getByRole('button', { name: 'Set' }).click();
  const monitors = panel.getByRole('list', { name: 'Monitors' });
  await expect(monitors).toContainText('Distributionoff');
  await expect(monitors).toContainText('at most 1 d 12 h (as set)');
  await expect(panel.getByText(/Set by ada/)).toContainText('late at the end of a month');
  await page.reload();
  await expect(panel.getByText(/Set by ada/)).toContainText('volume: fails at 8 spreads');

  await panel.getByRole('button', { name: 'Back to learned' }).click();
  const back = panel.getByRole('form', { name: 'Back to learned' });
  await expect(back.getByRole('textbox', { name: 'Your name' })).toHaveValue('ada');
  await back.getByRole('button', { name: 'Back to learned' }).click();
  await expect(monitors).not.toContainText('off');
  await expect(monitors).not.toContainText('as set');
  await expect(panel.getByRole('button', { name: 'Back to learned' })).toHaveCount(0);
});

test('a dataset is compared with another, from its panel, by a link', async ({ page }) => {
  await page.goto(lineage(watched.orders));
  await page.getByRole('complementary').getByRole('link', { name: 'Compare with …' }).click();
  await expect(page.getByText(/Choose what it is compared with/)).toBeVisible();
  await page.getByRole('combobox', { name: 'Right dataset' }).fill('orders_v2');
  await page.getByRole('option', { name: /orders_v2/ }).click();
  const verdict = page.getByRole('status', { name: 'Verdict' });
  await expect(verdict).toContainText('Different: orders and orders_v2');
  const schema = page.getByRole('region', { name: 'Schema' });
  await expect(schema.getByRole('row', { name: /cents/ })).toContainText('INTBIGINT');
  await expect(schema.getByRole('row', { name: /note/ })).toContainText('only on the right');
  const rows = page
    .getByRole('region', { name: 'Measurements' })
    .getByRole('row', { name: /^rows/ });
  await expect(rows).toContainText(/121,0\d0/);
  await expect(page.getByRole('region', { name: 'Partitions' })).toContainText('21');

  await page.getByRole('button', { name: 'Swap sides' }).click();
  await expect(schema.getByRole('row', { name: /note/ })).toContainText('only on the left');
  await page.reload();
  await expect(verdict).toContainText('Different: orders_v2 and orders');
});

test('two moments of a dataset are compared, within a tolerance', async ({ page }) => {
  const [left, right] = ['2026-09-10T00:00:00Z', '2026-09-12T00:00:00Z'];
  await page.goto(
    `/compare?left=${e(watched.stock)}&left_as_of=${e(left)}&right_as_of=${e(right)}&parts=schema,profile`,
  );
  const verdict = page.getByRole('status', { name: 'Verdict' });
  await expect(verdict).toContainText('Different: stock, as of 2026-09-10 00:00:00 UTC');
  await page.getByRole('combobox', { name: /Equal if/ }).selectOption('at most 5%');
  await expect(verdict).toContainText('Equal: stock');
  await expect(verdict).toContainText('all equal within 5%');
  await page.getByRole('button', { name: 'Partitions' }).click();
  await expect(verdict).toContainText('2 only on the right');
});

for (const width of [1440, 768]) {
  test(`the pages about quality stay within ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const path of [
      `/quality?at=${after}`,
      '/quality?tab=anomalies&from=2026-09-15T00:00:00Z&to=2026-09-22T00:00:00Z',
      `/compare?left=${e(watched.orders)}&right=${e(watched.next)}`,
    ]) {
      await page.goto(path);
      await page.waitForLoadState('networkidle');
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, path).toBeLessThanOrEqual(0);
    }
  });
}
