import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, graph, lineage, test } from './pages';
import { secondDay, spend } from './spend';

const days = new URLSearchParams(secondDay).toString();
const costs = (query = '') => `/costs?${days}${query === '' ? '' : `&${query}`}`;

const piece = (page: Page, name: RegExp): Locator => page.getByRole('treeitem', { name });
const path = (page: Page) => new URL(page.url()).searchParams.getAll('path');

test('costs are walked from all to one job and back, by pointer and by keys', async ({ page }) => {
  await page.goto(costs('by=namespace,owner,job'));
  await expect(piece(page, /^spend, 100\.00 USD/)).toBeVisible();
  await page.getByRole('table').getByRole('button', { name: 'spend' }).click();
  await expect.poll(() => path(page)).toEqual(['spend']);
  const way = page.getByRole('navigation', { name: 'Path' });
  await expect(way).toContainText('spend 100.00 USD');
  const table = page.getByRole('table');
  await expect(table.getByRole('row', { name: /team:ledger/ })).toContainText('70.00 USD70%');
  await expect(table.getByRole('row', { name: /team:tills/ })).toContainText('30.00 USD30%');
  await expect(table.getByRole('row', { name: /Together/ })).toContainText('100.00 USD100%');

  await piece(page, /^spend/).focus();
  await page.keyboard.press('ArrowDown');
  await expect(piece(page, /^team:ledger, 70\.00 USD/)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(piece(page, /^team:tills/)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect.poll(() => path(page)).toEqual(['spend', 'team:ledger']);
  await expect(way).toContainText('70% of spend');
  await expect(table.getByRole('row', { name: /build_takings/ })).toContainText('50.00 USD71.43%');
  await expect(piece(page, /^team:ledger/)).toBeFocused();

  await page.keyboard.press('Escape');
  await expect.poll(() => path(page)).toEqual(['spend']);
  await piece(page, /^team:tills, 30\.00 USD/).click();
  await expect.poll(() => path(page)).toEqual(['spend', 'team:tills']);
  await page.goBack();
  await expect.poll(() => path(page)).toEqual(['spend']);
  await page.goBack();
  await expect.poll(() => path(page)).toEqual(['spend', 'team:ledger']);
  await page.getByRole('link', { name: 'Lineage of build_takings' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('build_takings');
});

test('the same parts in another order and another shape', async ({ page }) => {
  await page.goto(costs('by=namespace,owner,job&path=spend'));
  await expect(piece(page, /^team:ledger/)).toBeVisible();
  await page.getByRole('button', { name: 'Move Job inwards' }).focus();
  await page.keyboard.press('Enter');
  await expect(piece(page, /^build_takings, 50\.00 USD/)).toHaveAttribute('aria-level', '2');
  await page.getByRole('button', { name: 'Icicle' }).click();
  await expect(page).toHaveURL(/shape=icicle/);
  await expect(piece(page, /^team:ledger, 50\.00 USD/)).toHaveAttribute('aria-level', '3');
  await page.getByRole('combobox', { name: 'Measure' }).selectOption('slot_ms');
  await expect(piece(page, /^build_takings, 50 min/)).toBeVisible();
});

test('two intervals are compared, in words besides the colours', async ({ page }) => {
  await page.goto(costs('by=namespace,job&path=spend'));
  await expect(piece(page, /^load_takings/)).toBeVisible();
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption('the time before');
  await expect(piece(page, /^load_takings, 30\.00 USD.*\+50%, before 20\.00 USD/)).toBeVisible();
  await expect(piece(page, /^copy_takings.*, new/)).toBeVisible();
  await expect(piece(page, /^build_takings.*no change/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Legend' })).toContainText('+50% and more');
  await expect(page.getByRole('row', { name: /Together/ })).toContainText('+43%');
});

test('over time and hot spots', async ({ page }) => {
  await page.goto(`/costs?tab=time&each=job&from=2026-10-01T00:00:00Z&to=${secondDay.to}`);
  await expect(page.getByRole('row', { name: /^2026-10-01/ })).toContainText('70.00 USD');
  await expect(page.getByRole('row', { name: /^2026-10-02/ })).toContainText('100.00 USD');
  await page.getByRole('link', { name: 'Hot spots' }).click();
  await expect(page.getByRole('status')).toContainText('1 of');
  await expect(page.getByRole('row', { name: /^1 / })).toContainText('build_takings');
});

test('waste says why, leads to the dataset, and is a file', async ({ page }) => {
  await page.goto(costs('tab=waste'));
  const unread = page.getByRole('region', { name: 'Read by nobody' });
  const row = unread.getByRole('row', { name: /takings_copy/ });
  await expect(row).toContainText('20.00 USD');
  await expect(row).toContainText('nobody read it');
  await expect(unread.getByRole('row', { name: /board\.takings/ })).toHaveCount(0);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const file = await (await download).path();
  expect(await readFile(file, 'utf8')).toContain(`unread,${spend.copy},`);
  await row.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('tmp.takings_copy');
});

test('costs are of one owner and one job alone, in the address, by keys', async ({ page }) => {
  await page.goto(costs('by=namespace,owner,job&path=spend'));
  await expect(piece(page, /^spend, 100\.00 USD/)).toBeVisible();
  const add = page.getByRole('combobox', { name: 'Add a filter' });
  await add.selectOption({ label: 'Owner …' });
  await expect(page.getByRole('combobox', { name: 'Owner' })).toBeFocused();
  await page.keyboard.type('team:ledger');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/owner=team%3Aledger/);
  await expect.poll(() => path(page)).toEqual([]);
  await expect(piece(page, /^All, 70\.00 USD/)).toBeVisible();
  const on = page.getByRole('list', { name: 'Filters that are on' });
  await expect(on).toHaveText('Owner: team:ledger');

  await add.selectOption({ label: 'Job …' });
  await page.getByRole('combobox', { name: 'Job', exact: true }).fill('build_tak');
  await page.getByRole('option', { name: /build_takings/ }).click();
  await expect(piece(page, /^All, 50\.00 USD/)).toBeVisible();
  await page.getByRole('link', { name: 'Hot spots' }).click();
  await expect(page.getByRole('row', { name: /build_takings/ })).toContainText('50.00 USD');
  await expect(page.getByRole('row', { name: /copy_takings/ })).toHaveCount(0);
  await page.reload();
  await expect(on.getByRole('listitem')).toHaveCount(2);
  await on.getByRole('button', { name: 'Take away the filter by job' }).press('Enter');
  await expect(page.getByRole('row', { name: /copy_takings/ })).toBeVisible();
});

test('where nothing was booked, the page says so and leads on', async ({ page }) => {
  await page.goto('/costs?from=2025-01-01T00:00:00Z&to=2025-01-31T00:00:00Z&by=namespace');
  const note = page.getByText(/(Nothing was booked|No amount) from 2025-01-01/);
  await expect(note).toBeVisible();
  await page.goto(costs('by=namespace&owner=nobody'));
  await expect(page.getByText(/under these filters/)).toBeVisible();
  await page.getByRole('button', { name: 'Without filters' }).click();
  await expect(piece(page, /^spend, 100\.00 USD/)).toBeVisible();
});

test.describe('prices', () => {
  test.use({ allowedErrors: [/status of 40[04]/] });

  test('what is wrong with a price book is shown at its line', async ({ page }) => {
    await page.goto('/costs?tab=prices');
    const text = page.getByRole('textbox', { name: 'Price book, JSON' });
    await text.fill('{\n "prices": [\n  {"unit": "nonsense", "price": 1}\n ]\n}');
    await page.getByRole('textbox', { name: 'Your name' }).fill('ada');
    await page.getByRole('button', { name: 'Put this version' }).click();
    await expect(page.getByRole('alert')).toContainText('Line 3:');
  });
});

test('a dataset shows who uses it, and a consumer what it reads', async ({ page }) => {
  await page.goto(lineage(spend.board));
  const consumers = page.getByRole('list', { name: 'Consumers' });
  await expect(consumers.getByRole('listitem').first()).toContainText('Takings');
  await expect(consumers.getByRole('listitem').first()).toContainText('9 uses');
  await expect(page.getByRole('list', { name: 'Columns used' })).toContainText('day');
  await expect(page.getByRole('list', { name: 'Unused columns' })).toHaveText('till');
  await expect(page.getByRole('img', { name: /10 uses in/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Rows written/ })).toBeVisible();

  await graph(page).getByRole('button', { name: 'dashboard, Takings, in bi' }).click();
  const panel = page.getByRole('complementary', { name: 'Takings' });
  await expect(panel.getByRole('list', { name: 'Datasets it reads' })).toContainText(
    'board.takings',
  );
  await expect(panel.getByRole('tab')).toHaveText(['Details', 'Changes']);
});

test('use: the most used, the unused, and what a deletion would take from whom', async ({
  page,
}) => {
  await page.goto('/use');
  await expect(page.getByRole('row', { name: /board\.takings/ })).toContainText('10');
  await page.getByRole('link', { name: 'Unused' }).click();
  await page.getByRole('combobox', { name: 'Within the last' }).selectOption('365 days');
  await expect(page.getByRole('row', { name: /takings_copy/ })).toBeVisible();
  await page.getByRole('link', { name: 'Worth a table' }).click();
  await expect(page.getByRole('link', { name: 'POST /api/v1/usage' })).toBeVisible();

  const change = encodeURIComponent(`dataset_deleted|${encodeURIComponent(spend.board)}`);
  await page.goto(`/impact?change=${change}&type=CONSUMER`);
  await expect(page.getByRole('status')).toContainText('0 datasets, 0 jobs, 2 consumers');
  await expect(page.getByRole('row', { name: /Takings/ })).toContainText('breaking');
});
