import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../bench/rows.js';
import { inEveryBrowser } from './site.js';

const TIMEOUT = 300_000;

interface Downloaded {
  readonly adapter: string;
  readonly ceiling: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
}

describe('the page Bench', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('bench', (site) => {
    test('measures the library beside plain kernels, checked, and gives it as JSON', async () => {
      const page = await site.open('bench/?effort=quick');
      await page.textOf('#workloads label');
      await page.checkLooks('start');
      await page.page.select('#share', '0.01');
      for (const value of ['colours', 'tfjs-webgpu', 'jax-js-webgpu']) {
        await page.page.click(`input[value="${value}"]`);
      }
      await page.timeSilence('the bench', async () => {
        await page.page.click('#run');
        expect(await page.outcome(TIMEOUT)).toBe('Done: 3 measurements.');
      });

      const path = await page.download('#download', 'bench.json');
      const { adapter, ceiling, rows } = JSON.parse(await readFile(path, 'utf8')) as Downloaded;
      expect(adapter).not.toBe('none');
      for (const rate of Object.values(ceiling)) expect(rate).toBeGreaterThan(0);
      expect(rows.map(({ contender }) => contender)).toEqual([
        'webgpu-clustering',
        'webgpu-clustering-lloyd',
        'plain-kernels',
      ]);
      for (const { title, difference, isWrong, deviceBytes, notes } of rows) {
        expect(title).toBe('blobs 1,000 x 32, K 64');
        expect(notes.join()).not.toMatch(/error|cut off|no WebGPU/i);
        expect(isWrong).toBe(false);
        // Held to float64 after as many iterations from the same start.
        expect(difference).toBeLessThan(1e-5);
        expect(deviceBytes).toBeGreaterThan(4 * 1000 * 32);
      }
      const shown = await page.page.$$eval('#tables tbody th', (cells) =>
        cells.map(({ textContent }) => textContent),
      );
      expect(shown).toEqual(rows.map(({ contender }) => contender));
      await page.page.click('#copy-text');
      await page.waitForText('#status', /^The text is (on the clipboard|selected)/);
      const text = await page.page.$eval('#text', ({ textContent }) => textContent);
      expect(text).toContain(adapter);
      expect(text).toMatch(/GFLOP\/s[^]*plain-kernels/);
      await page.page.click('#copy');
      await page.waitForText('#status', /^The JSON is (on the clipboard|selected)/);
      await page.checkLooks('result');
    });

    test('Cancel ends it at once, and it can be begun again', async () => {
      const page = await site.open('bench/?effort=quick');
      await page.page.select('#share', '0.01');
      await page.page.click('#run');
      await page.textOf('#task');
      await page.pressCancel();
      expect(await page.outcome()).toBe('Cancelled.');
      expect(await page.page.$('#run:enabled')).not.toBeNull();
    });

    test.runIf(site.speaksForAll)(
      'without an adapter it says that there is nothing to measure',
      async () => {
        await site.withoutAdapter('bench/', async (page) => {
          expect(await page.textOf('#error')).toMatch(/^There is nothing to measure/);
          expect(await page.page.$('#run:disabled')).not.toBeNull();
        });
      },
    );
  });
});
