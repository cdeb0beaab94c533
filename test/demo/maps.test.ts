import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PIXELS } from '../../demo/digits/jobs.js';
import { readDigits } from '../../demo/digits/sample.js';
import { kmeans, selfOrganizingMap } from '../../src/index.js';
import { root } from '../engines/bundle.js';
import { parseShown } from './numbers.js';
import { inEveryBrowser } from './site.js';
import type { SitePage } from './site_page.js';

/** A machine that does other things besides needs this long for 784 columns. */
const TIMEOUT = 240_000;

async function fillIn(
  page: SitePage,
  settings: Readonly<Record<string, number | string>>,
): Promise<void> {
  for (const [id, value] of Object.entries(settings)) await page.fill(`#${id}`, String(value));
}

/** Counts the different maps that are drawn from now on. */
async function watchMaps({ page }: SitePage): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const maps = new Set<string>();
    const canvas = document.querySelector<HTMLCanvasElement>('#map')!;
    new MutationObserver(() => maps.add(canvas.toDataURL())).observe(
      document.querySelector('#facts')!,
      { childList: true },
    );
    Object.assign(window, { maps });
  });
  return () => page.evaluate(() => (window as unknown as { maps: Set<string> }).maps.size);
}

describe('the page Maps', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('maps', (site) => {
    test('learns digits epoch by epoch, and has the errors of one whole fit', async () => {
      const page = await site.open('maps/');
      await page.page.click('[value=digits]');
      await page.page.click('[value=rectangular]');
      await page.page.click('#torus');
      const epochs = 3;
      await fillIn(page, { rows: 3, columns: 4, epochs, 'radius-from': 1.5, 'radius-to': 0.3 });
      const countMaps = await watchMaps(page);
      await page.page.click('#learn');
      expect(await page.outcome(TIMEOUT)).toBe('Done: the map has learnt 2,500 images.');
      // Of the one that the page opens on there may be some, too.
      expect(await countMaps()).toBeGreaterThanOrEqual(epochs);

      const { data } = await readDigits(
        new Blob([await readFile(join(root, 'demo/digits/digits.png'))]),
      );
      const points = { data, shape: [data.length / PIXELS, PIXELS] } as const;
      const cpu = { runtime: 'cpu' } as const;
      const model = await selfOrganizingMap(points, {
        ...{ rows: 3, columns: 4, torus: true, radius: [1.5, 0.3], epochs, init: 'random' },
        ...cpu,
      });
      const facts = await page.facts();
      const quantization = await model.quantizationError(points, cpu);
      expect(parseShown(facts['Quantization error']) / quantization).toBeCloseTo(1, 3);
      const topographic = await model.topographicError(points, cpu);
      expect(parseShown(facts['Topographic error'])).toBeCloseTo(100 * topographic, 0);
      const means = await kmeans(points, { k: 12, maxIter: epochs, ...cpu });
      const energies = await means.energy(points, cpu);
      const distances = energies.reduce((sum, square) => sum + Math.sqrt(square), 0);
      const kMeansError = distances / energies.length;
      expect(parseShown(facts['That of K-means']) / kMeansError).toBeCloseTo(1, 3);
    });

    test('learns colours, says what a unit is, and refuses with the library’s sentence', async () => {
      const page = await site.open('maps/');
      await fillIn(page, { rows: 6, columns: 8, epochs: 6, 'radius-from': 4 });
      await page.page.click('#learn');
      expect(await page.outcome(TIMEOUT)).toBe('Done: the map has learnt 20,000 pixels.');
      await page.page.focus('#map');
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown'] as const) {
        await page.page.keyboard.press(key);
      }
      expect(await page.textOf('#unit')).toMatch(
        /^Row 2, column 2 · rgb\(\d+, \d+, \d+\) · nearest to [\d,]+ pixels? · [\d.]+ from/,
      );
      await page.checkLooks('colours');

      await fillIn(page, { 'radius-to': 5 });
      await page.page.click('#learn');
      expect(await page.outcome()).toMatch(/radius grows, from 4 .* in descending order/);
      await page.page.click('#torus');
      await fillIn(page, { rows: 7, 'radius-to': 1 });
      await page.page.click('#learn');
      expect(await page.outcome()).toMatch(/hexagonal torus closes only after an even number/);
      // Nothing is left of what was learnt by other settings.
      expect(await page.facts()).toEqual({});

      // Cancelled, a map stays as far as it has come.
      await page.page.click('#torus');
      await fillIn(page, { epochs: 500 });
      await page.page.click('#learn');
      await page.waitForText('#facts', /of 500/);
      await page.pressCancel();
      expect(await page.outcome()).toBe('Cancelled.');
      expect((await page.facts())['Quantization error']).toBe('–');
    });
  });
});
