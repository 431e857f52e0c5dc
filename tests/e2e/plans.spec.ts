import type { Page } from '@playwright/test';
import { expect, test } from './pages';
import { newCount } from './parts';

interface Lease {
  token: string;
  keys: string[];
}

// A worker, as one that knows nothing but the API.
async function lease(page: Page, plan: string, most: number): Promise<Lease[]> {
  const answer = await page.request.post(`/api/v1/plans/${plan}/leases`, {
    data: { worker: 'e2e', max_leases: 1, max_partitions: most },
  });
  expect(answer.ok()).toBe(true);
  return ((await answer.json()) as { leases: Lease[] }).leases;
}

async function complete(page: Page, plan: string, { token, keys }: Lease): Promise<void> {
  const answer = await page.request.post(`/api/v1/plans/${plan}/leases/${token}/complete`, {
    data: { state: 'completed', done: keys, run_id: `plan ${plan} ${token}` },
  });
  expect(answer.ok()).toBe(true);
}

const progress = (page: Page) => page.getByRole('region', { name: 'Progress' });

async function sign(page: Page, action: string, submit: string): Promise<void> {
  await page.getByRole('button', { name: action, exact: true }).click();
  const form = page.getByRole('form', { name: action });
  await form.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await form.getByRole('button', { name: submit }).click();
}

test('a plan is worked out, approved, worked off and followed as it goes', async ({ page }) => {
  await page.goto('/changes?kind=code');
  const change = page.getByRole('article', { name: 'New code: count' });
  await change.getByRole('button', { name: 'Decide' }).click();
  await change.getByRole('link', { name: 'Plan for this change' }).click();
  await page.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await page.getByRole('button', { name: 'Work it out' }).click();
  const dry = page.getByRole('group', { name: 'Dry run' });
  await expect(dry.getByText('partitions to run')).toBeVisible();
  await expect(dry.getByRole('list', { name: 'Waves' }).getByRole('listitem')).not.toHaveCount(0);
  await page.getByRole('button', { name: 'Keep as a draft' }).click();

  await expect(page).toHaveURL(/\/plans\/\d+$/);
  const plan = new URL(page.url()).pathname.split('/').at(-1)!;
  await expect(progress(page)).toContainText('draft');
  await expect(page.getByRole('list', { name: 'Tasks of wave 1' })).toContainText('mart.clicks');
  await expect(page.getByRole('region', { name: 'Tasks' })).toContainText('code');
  await sign(page, 'Approve', 'Approve it');
  await expect(progress(page)).toContainText('approved');

  // What workers do is seen without a click.
  const [first] = await lease(page, plan, 5);
  expect(first!.keys).toHaveLength(5);
  await expect(progress(page)).toContainText('5 running', { timeout: 40_000 });
  await expect(page.getByRole('list', { name: /^Leases of task/ }).first()).toContainText('e2e');
  await complete(page, plan, first!);
  await expect(progress(page)).toContainText('5 done', { timeout: 40_000 });

  await sign(page, 'Pause', 'Pause it');
  await expect(progress(page)).toContainText('paused');
  const refused = await page.request.post(`/api/v1/plans/${plan}/leases`, {
    data: { worker: 'e2e' },
  });
  expect(refused.ok() ? ((await refused.json()) as { leases: Lease[] }).leases : []).toEqual([]);
  await sign(page, 'Resume', 'Resume it');
  await expect(progress(page)).toContainText(/executing|approved/);

  await page.goto('/plans');
  const item = page.getByRole('list', { name: 'Plans' }).getByRole('listitem').first();
  await expect(item.getByRole('progressbar')).toHaveAttribute('aria-valuetext', /^5 done/);
  await item.getByRole('link').click();
  await sign(page, 'Cancel the plan', 'Cancel the plan');
  await expect(progress(page)).toContainText('cancelled');
  await expect(page.getByRole('button', { name: 'Pause' })).toHaveCount(0);
  expect(newCount).toBeGreaterThan(5);
});

test('a budget leaves out what does not fit, and says so', async ({ page }) => {
  await page.goto('/plans/new?nodeId=dataset%3Aparts%3Acore.clicks');
  await page.getByRole('textbox', { name: 'Partitions at most' }).fill('4');
  await page.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await page.getByRole('button', { name: 'Work it out' }).click();
  const left = page.getByRole('region', { name: 'Left out' });
  await expect(left).toContainText('core.clicks');
  await expect(left).toContainText('beyond the budget');
});

test('an environment says what other code would have to run again', async ({ page }) => {
  await page.goto('/environments');
  await page.getByRole('button', { name: 'New environment' }).click();
  const form = page.getByRole('form', { name: 'New environment' });
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('try');
  await form.getByRole('combobox', { name: 'Job with other code' }).fill('clean');
  await page.getByRole('option', { name: 'Job clean parts' }).click();
  await form.getByRole('textbox', { name: 'Its version there' }).fill('3.0');
  await form.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await form.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('link', { name: 'try', exact: true }).click();
  await expect(page.getByRole('row', { name: /core\.clicks/ })).toBeVisible();
  await expect(page.getByText(/to run, \d+ partitions? shared with production/)).toBeVisible();
  await page.getByRole('button', { name: 'Take it away' }).click();
  await page.getByRole('form').getByRole('button', { name: 'Take it away' }).click();
  await expect(page.getByText('None but production.')).toBeVisible();
});
