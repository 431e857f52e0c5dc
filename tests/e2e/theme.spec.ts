import type { Page } from '@playwright/test';
import { expect, facts, lineage, node, test } from './pages';
import { day, parts } from './parts';
import { field, story } from './story';

const impact = `/impact?change=${encodeURIComponent(`data|${encodeURIComponent(story.raw)}`)}&group=owner`;

const background = (page: Page) =>
  page.evaluate(() => getComputedStyle(document.body).backgroundColor);

function brightness(rgb: string): number {
  const parts = rgb.match(/[\d.]+/g)?.map(Number) ?? [];
  return parts.slice(0, 3).reduce((sum, n) => sum + n, 0) / 3;
}

const brightnessOf = async (page: Page) => brightness(await background(page));

test('follows the system, and the reader', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(lineage(facts));
  await expect.poll(() => brightnessOf(page)).toBeLessThan(60);
  await page.getByRole('button', { name: 'Theme: as the system' }).click();
  await expect(page.getByRole('button', { name: 'Theme: light' })).toBeVisible();
  await expect.poll(() => brightnessOf(page)).toBeGreaterThan(200);
  await page.reload();
  await expect.poll(() => brightnessOf(page)).toBeGreaterThan(200);
  await page.getByRole('button', { name: 'Theme: light' }).click();
  await expect.poll(() => brightnessOf(page)).toBeLessThan(60);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`text can be read in the ${colorScheme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(lineage(facts));
    await expect(node(page, 'dataset', 'core.order_facts')).toBeVisible();
    const contrast = await page.locator('.graph-node.is-selected').evaluate((g) => {
      const paint = (selector: string) => getComputedStyle(g.querySelector(selector)!).fill;
      const canvas = document
        .createElement('canvas')
        .getContext('2d', { willReadFrequently: true })!;
      const luminance = (colour: string) => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r = 0, g2 = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((n) => {
          const c = n / 255;
          return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g2 + 0.0722 * b;
      };
      const a = luminance(paint('.graph-label'));
      const b = luminance(paint('.graph-box'));
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
    expect(contrast).toBeGreaterThan(4.5);
  });
}

for (const width of [1440, 768]) {
  test(`nothing sticks out at ${width} px, and every control has a name`, async ({ page }) => {
    test.slow(); // it visits every page
    await page.setViewportSize({ width, height: 900 });
    for (const path of [
      '/',
      lineage(facts),
      lineage(facts, `depth=20&panel=impact&hit=${encodeURIComponent('dataset:crm:contacts')}`),
      lineage(story.mart, 'panel=changes&compare_to=2026-10-02T12:00:00Z'),
      lineage(story.mart, `level=column&col=${encodeURIComponent(field('mart', 'net_cents'))}`),
      lineage(story.board, 'panel=cause&at=2026-10-03T12:00:00Z&cause=1'),
      impact,
      '/events',
      '/quarantine',
      '/search?q=orders',
      '/docs',
      lineage(parts.core, 'panel=partitions'),
      `/partitions?nodeId=${encodeURIComponent(parts.core)}&cell=${encodeURIComponent(`date=${day(2)},region=eu`)}`,
      `/staleness?open=${encodeURIComponent(parts.core)}`,
      '/changes?status=all',
      '/plans',
      `/plans/new?nodeId=${encodeURIComponent(parts.core)}`,
      '/environments',
      '/quality',
      '/quality?tab=anomalies',
      `/compare?left=${encodeURIComponent(parts.core)}&left_as_of=2026-10-01T02:00:00Z`,
      '/costs',
      '/use',
    ]) {
      await page.goto(path);
      await expect(page.getByRole('main').first()).toBeVisible();
      await page.waitForLoadState('networkidle');
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, path).toBeLessThanOrEqual(0);
      if (path.startsWith('/lineage/')) {
        const scrolled = await page.evaluate(() => window.scrollY);
        expect(scrolled, `${path} scrolls only within`).toBe(0);
      }
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, a[href], input, select, [role=button]')]
          .filter((element) => {
            const labelled = element as HTMLInputElement;
            const label = element.getAttribute('aria-label') ?? labelled.labels?.[0]?.textContent;
            return !(label ?? element.textContent)?.trim();
          })
          .map((element) => element.outerHTML.slice(0, 120)),
      );
      expect(nameless, path).toEqual([]);
    }
  });
}
