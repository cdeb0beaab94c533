import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../engines/bundle.js';
import { inEveryBrowser } from './site.js';

const demo = join(root, 'demo');
const folders = readdirSync(demo).filter(
  (name) => name !== 'dist' && existsSync(join(demo, name, 'index.html')),
);

describe('the site', async () => {
  await inEveryBrowser('shell', (site) => {
    test('the first page leads to every other, and back', async () => {
      const demoPage = await site.open('');
      const { page } = demoPage;
      const links = await page.$$eval('.cards a', (found) => found.map(({ href }) => href));
      expect(links.map((href) => new URL(href).pathname.split('/').at(-2)).sort()).toEqual(
        [...folders].sort(),
      );
      const first = page.url();
      await demoPage.follow('.cards a');
      expect(await page.$eval('nav [aria-current]', ({ textContent }) => textContent)).not.toBe('');
      await demoPage.back(first);
    });

    test('the first page is light to load', async () => {
      const { page } = await site.open('');
      const bytes = await page.evaluate(() =>
        performance
          .getEntries()
          .filter((entry) => entry instanceof PerformanceResourceTiming)
          .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0),
      );
      // Even uncompressed.
      expect(bytes).toBeGreaterThan(1000);
      expect(bytes).toBeLessThan(300_000);
    });

    test('a keyboard user can skip the navigation', async () => {
      const { page } = await site.open('');
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Skip/);
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    });

    test('the policy forbids scripts and styles from elsewhere, and eval', async () => {
      const { page } = await site.open('');
      const policy = await page.$eval('meta[http-equiv]', (meta) => meta.getAttribute('content'));
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(policy).not.toContain('http');
    });

    test('looks right in light, dark and on a phone', async () => {
      const page = await site.open('');
      await page.checkLooks('home');
    });

    test('a software driver is told from a GPU', async () => {
      const page = await site.open('');
      expect(await page.textOf('.notice summary')).toMatch(/software driver here, on the CPU/);
      expect(await page.textOf('h1')).toBe('Clustering on your CPU, in this page');
      await page.page.click('.notice summary');
      expect(await page.textOf('.notice ul')).toMatch(/chrome:\/\/gpu.*about:support/);
      await page.expectAccessible();
      await page.screenshot('software');
    });

    test('without an adapter the page says so, and how to enable it', async () => {
      await site.withoutAdapter('', async (page) => {
        expect(await page.textOf('.notice summary')).toMatch(/on the CPU.*enable/);
        await page.page.click('.notice summary');
        await page.expectAccessible();
        await page.screenshot('no-adapter');
      });
    });
  });
});
