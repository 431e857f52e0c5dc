import { expect, test } from './pages';

test.use({ allowedErrors: [/400/] });

test('an event that could not be applied is kept, explained and tried again', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: /in quarantine/ }).click();
  await expect(page).toHaveURL(/\/quarantine$/);
  const list = page.getByRole('list', { name: 'Quarantined events' });
  const entry = list.getByRole('listitem').filter({ hasText: 'broken-client' }).first();
  await expect(entry).toContainText('/job');
  await entry.getByRole('button', { name: 'Show event' }).click();
  await expect(entry.getByLabel(/as it was sent/)).toContainText('nameless');
  await entry.getByRole('button', { name: 'Replay' }).click();
  await expect(entry.getByRole('alert')).toContainText('Not an OpenLineage event');
  await expect(entry.getByRole('link', { name: /invalid-event/ })).toHaveAttribute(
    'href',
    '/docs/errors/invalid-event',
  );
});

test('events are listed word for word, page by page', async ({ page }) => {
  await page.goto('/events');
  const list = page.getByRole('list', { name: 'Events' });
  await expect(list.getByRole('listitem')).toHaveCount(50);
  const first = await list.getByRole('listitem').first().textContent();
  await page.getByRole('button', { name: 'Older' }).click();
  await expect(list.getByRole('listitem').first()).not.toHaveText(first ?? '');
  await page.getByRole('button', { name: 'Newer' }).click();
  await expect(list.getByRole('listitem').first()).toHaveText(first ?? '');
  await list.getByRole('button', { name: 'Show' }).first().click();
  await expect(list.locator('pre').first()).toContainText('"eventTime"');
});
