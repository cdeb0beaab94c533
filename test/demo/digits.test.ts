import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { COMPONENTS, PIXELS } from '../../demo/digits/jobs.js';
import { kmeans, pca } from '../../src/index.js';
import { root } from '../engines/bundle.js';
import { parseShown } from './numbers.js';
import { once } from './once.js';
import { inEveryBrowser } from './site.js';

const png = decode(await readFile(join(root, 'demo/digits/digits.png')));
const digits = Uint8Array.from(png.text.labels, Number);
const points = { data: Float32Array.from(png.data), shape: [digits.length, PIXELS] } as const;

const expectedClusters = once(() => kmeans(points, { k: 10, seed: 0, runtime: 'cpu' }));
const expectedComponents = once(() => pca(points, { nComponents: COMPONENTS, runtime: 'cpu' }));

/** A machine that does other things besides needs this long for 784 columns. */
const TIMEOUT = 240_000;

describe('the page Digits', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('digits', (site) => {
    test('clusters all digits, with the library’s own inertia and purity', async () => {
      const page = await site.open('digits/');
      // What was computed beforehand is what the library gives.
      await page.textOf('#cluster-facts');
      const opened = await page.facts('#cluster-facts');
      expect(parseShown(opened.Inertia) / (await expectedClusters()).inertia).toBeCloseTo(1, 2);
      await page.fill('#k', '10');
      await page.timeSilence('clustering digits', async () => {
        await page.page.click('#cluster');
        expect(await page.outcome(TIMEOUT)).toMatch(/^Done/);
      });
      expect(await page.page.$$eval('#centroids canvas', (found) => found.length)).toBe(10);
      const shown = await page.facts('#cluster-facts');
      const model = await expectedClusters();
      expect(parseShown(shown.Inertia) / model.inertia).toBeCloseTo(1, 2);
      let right = 0;
      for (let c = 0; c < 10; c++) {
        const votes = new Uint32Array(10);
        model.labels.forEach((label, row) => (votes[digits[row]] += Number(label === c)));
        right += Math.max(...votes);
      }
      expect(Math.abs(parseShown(shown.Purity) - (100 * right) / digits.length)).toBeLessThan(3);
      await page.checkLooks('clustered');
    });

    test('finds components, and reconstructs as the slider moves', async () => {
      const page = await site.open('digits/');
      await page.timeSilence('PCA of digits', async () => {
        await page.page.click('#find');
        expect(await page.outcome(TIMEOUT)).toMatch(/^Done/);
      });
      const model = await expectedComponents();
      const first = { data: points.data.slice(0, 16 * PIXELS), shape: [16, PIXELS] } as const;
      const expectFacts = async (count: number) => {
        const { data } = await model.reconstruct(first, count, { runtime: 'cpu' });
        const error = first.data.reduce((sum, v, at) => sum + (v - data[at]) ** 2, 0);
        const kept = model.explainedVarianceRatio.subarray(0, count).reduce((a, b) => a + b);
        await expect
          .poll(async () => {
            const shown = await page.facts('#pca-facts');
            return Math.abs(
              parseShown(shown['Squared error of a pixel']) / (error / (16 * PIXELS)) - 1,
            );
          })
          .toBeLessThan(2e-3);
        const shown = await page.facts('#pca-facts');
        expect(shown['Explained variance']).toBe(`${(100 * kept).toFixed(1)} %`);
      };
      await expectFacts(30);
      await page.page.focus('#components');
      await page.page.keyboard.press('ArrowRight');
      await expectFacts(31);
      await page.page.keyboard.press('Home');
      await expectFacts(1);
      await page.page.keyboard.press('End');
      await expectFacts(COMPONENTS);
      await page.page.$eval('#components', (slider) => {
        (slider as HTMLInputElement).value = '30';
        slider.dispatchEvent(new Event('input'));
      });
      await expectFacts(30);
      await page.checkLooks('reconstructed');
    });

    test.runIf(site.speaksForAll)(
      'a clustering that is cancelled ends, and another begins',
      async () => {
        const page = await site.open('digits/');
        await page.fill('#k', '60');
        await page.page.click('#cluster');
        await page.waitForText('#task:not([hidden]) #task-text', /iteration/);
        await page.pressCancel();
        expect(await page.outcome(TIMEOUT)).toBe('Cancelled.');
        await page.fill('#k', '5');
        await page.page.click('#cluster');
        expect(await page.outcome(TIMEOUT)).toMatch(/^Done/);
        expect(await page.page.$$eval('#centroids canvas', (found) => found.length)).toBe(5);
        // Whatever takes its place, what was found before is there again.
        await page.fill('#k', '60');
        await page.page.click('#cluster');
        await page.waitForText('#task:not([hidden]) #task-text', /iteration/);
        await page.page.click('#find');
        expect(await page.outcome(TIMEOUT)).toMatch(/^Done: move/);
        expect(await page.page.$$eval('#centroids canvas', (found) => found.length)).toBe(5);
        expect(await page.shows('#cluster-facts')).toBe(true);
      },
    );

    test.runIf(site.speaksForAll)(
      'works without an adapter, and says so: each digit on its own',
      async () => {
        await site.withoutAdapter('digits/', async (page) => {
          expect(await page.textOf('.notice summary')).toMatch(/on the CPU/);
          await page.page.select('#of', 'class');
          await page.fill('#k', '3');
          await page.page.click('#live');
          await page.page.click('#cluster');
          expect(await page.outcome(TIMEOUT)).toMatch(/^Done/);
          expect(await page.page.$$eval('#centroids h3', (found) => found.length)).toBe(10);
          expect(await page.page.$$eval('#centroids canvas', (found) => found.length)).toBe(30);
          await page.screenshot('per-class');
          expect((await page.facts('#cluster-facts'))['Ran on']).toBe('CPU, without WebGPU');
        });
      },
    );
  });
});
