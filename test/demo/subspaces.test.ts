import { describe, expect, test } from 'vitest';
import { drawFlat, drawSubspaces } from '../../demo/subspaces/samples.js';
import { clusteringAccuracy, kmeans, subspaceClustering } from '../../src/index.js';
import { parseShown } from './numbers.js';
import { inEveryBrowser } from './site.js';
import type { SitePage } from './site_page.js';

const TIMEOUT = 180_000;
const cpu = { runtime: 'cpu' } as const;

async function accuracyIn(page: SitePage, selector: string): Promise<number> {
  const text = await page.waitForText(selector, /right$/, TIMEOUT);
  return parseShown(text.replace(/\s*% right$/, '')) / 100;
}

const cloudOf = ({ page }: SitePage) =>
  page.$eval('#cloud', (canvas) => (canvas as HTMLCanvasElement).toDataURL());

/** What is drawn comes with the next frame. */
async function expectTurned(page: SitePage, before: string): Promise<void> {
  await expect.poll(() => cloudOf(page), { timeout: 10_000 }).not.toBe(before);
}

test('lines and planes go through the origin, and rows of a line are multiples of one', () => {
  const { points, truth } = drawSubspaces('plane-lines', 10, 0, 3);
  const [, line] = [0, 1].map((cluster) => truth.indexOf(cluster));
  const [a, b] = [0, 1].map((next) =>
    points.data.subarray(3 * (line + next), 3 * (line + next) + 3),
  );
  const cosine =
    a.reduce((sum, value, j) => sum + value * b[j], 0) / (Math.hypot(...a) * Math.hypot(...b));
  expect(Math.abs(cosine)).toBeCloseTo(1, 6);
  expect(
    drawFlat('circles', 100, 0, 0).points.data.slice(0, 2).map(Math.abs)[0],
  ).toBeLessThanOrEqual(1);
});

describe('the page Subspaces', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('subspaces', (site) => {
    test('opens on the library’s result, step by step; turns; can be cancelled', async () => {
      const page = await site.open('subspaces/');
      const { points, truth } = drawSubspaces('plane-lines', 40, 0.01, 0);
      // Computed beforehand, and then here.
      await page.waitForText('#flat-facts', /Ran on(?!nothing)/, TIMEOUT);
      const model = await subspaceClustering(points, { k: 3, regularization: 0, ...cpu });
      const found = clusteringAccuracy(truth, model.labels);
      expect(found).toBeGreaterThan(0.95);
      expect(await accuracyIn(page, '#found')).toBeCloseTo(found, 2);
      const { labels } = await kmeans(points, { k: 3, nInit: 10, ...cpu });
      expect(await accuracyIn(page, '#k-means')).toBeCloseTo(clusteringAccuracy(truth, labels), 2);
      expect(await accuracyIn(page, '#flat-found')).toBeGreaterThan(0.95);
      expect(await accuracyIn(page, '#flat-k-means')).toBeLessThan(0.9);

      // The largest coefficient of the picked point, the third.
      const row = model.coefficients.data.subarray(2 * truth.length, 3 * truth.length);
      const most = row.reduce(
        (best, value) => (Math.abs(value) > Math.abs(best) ? value : best),
        0,
      );
      const first = await page.textOf('#coefficients li:first-child');
      expect(first).toMatch(new RegExp(`^point ${row.indexOf(most) + 1} ?${most.toFixed(3)}`));
      await page.page.focus('#point');
      await page.page.keyboard.press('ArrowRight');
      expect(await page.textOf('#expression')).toMatch(/^Point 4 is a sum of/);

      if ((await page.page.$eval('#turn', ({ ariaPressed }) => ariaPressed)) === 'true') {
        await page.page.click('#turn');
      }
      const before = await cloudOf(page);
      await page.page.focus('#cloud');
      await page.page.keyboard.press('ArrowLeft');
      await expectTurned(page, before);
      await page.checkLooks('opened');

      await page.page.focus('#rows');
      await page.page.keyboard.press('End');
      await page.pressCancel();
      expect(await page.outcome()).toBe('Cancelled.');
      await page.page.click('[value=lsr]');
      expect(await page.outcome(TIMEOUT)).toBe('Done.');
      expect((await page.facts())['Coefficients per point']).toBe('179.0');
      expect(new URL(page.page.url()).search).toBe('?rows=60&method=lsr');
    });
  });
});
