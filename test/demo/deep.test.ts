import { describe, expect, test } from 'vitest';
import { turnTowards } from '../../demo/deep/plane.js';
import { parseShown } from './numbers.js';
import { inEveryBrowser } from './site.js';

/** 784 columns on a machine that does other things besides. */
const TIMEOUT = 240_000;

test('places are turned back to where they were, mirrored or not', () => {
  const goal = Float32Array.from([1, 2, -3, 0.5, 0, -1]);
  for (const mirror of [1, -1]) {
    const points = Float32Array.from(goal, (_, at) => {
      const [x, y] = [goal[at - (at % 2)], mirror * goal[at - (at % 2) + 1]];
      return at % 2 === 0 ? 0.6 * x - 0.8 * y : 0.8 * x + 0.6 * y;
    });
    turnTowards(points, goal);
    points.forEach((value, at) => {
      expect(value).toBeCloseTo(goal[at], 5);
    });
  }
});

describe('the page Deep', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('deep', (site) => {
    test('opens on what was trained before, trains, can be cancelled at once; IDEC beside K-means', async () => {
      const page = await site.open('deep/');
      await page.waitForText('#deep', /right$/);
      expect(await page.textOf('#beforehand')).toMatch(/^What is shown was computed beforehand/);
      expect(await page.page.$$eval('#centroids canvas', (found) => found.length)).toBe(10);
      await page.page.click('#train');
      await page.pressCancel();
      expect(await page.outcome()).toBe('Cancelled.');
      await page.fill('#pretrain-epochs', '3');
      await page.fill('#clustering-epochs', '2');
      await page.timeSilence('deep clustering of digits', async () => {
        await page.page.click('#train');
        expect(await page.outcome(TIMEOUT)).toBe('Done.');
      });
      const shares = await Promise.all(
        ['#k-means', '#codes', '#deep'].map(async (id) =>
          parseShown((await page.textOf(id)).replace(/\s*% right$/, '')),
        ),
      );
      for (const share of shares) expect(share).toBeGreaterThan(30);
      expect(await page.page.$$eval('#centroids canvas', (found) => found.length)).toBe(10);
      await page.checkLooks('trained');
    });
  });
});
