import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEruptions } from '../../demo/faithful/data.js';
import { lowerBound, matchLabels, startMeans, unfittedMixture } from '../../demo/faithful/em.js';
import { type CovarianceType, gaussianMixture, kmeans } from '../../src/index.js';
import { root } from '../engines/bundle.js';
import { parseShown } from './numbers.js';
import { inEveryBrowser } from './site.js';
import type { SitePage } from './site_page.js';

const TIMEOUT = 180_000;
const csv = await readFile(join(root, 'test/golden/faithful.csv'), 'utf8');
const { points } = readEruptions(csv);
const means = startMeans({ k: 2, start: 'circle', seed: 0 }, points.data);
const runtime = 'cpu';

/** The model after some iterations from the page's start. */
function iterate(maxIter: number, covarianceType: CovarianceType = 'full', variance = 1) {
  return gaussianMixture(points, {
    k: 2,
    covarianceType,
    ...(covarianceType === 'fixed' && { fixedVariance: variance }),
    warmStart: unfittedMixture(means, covarianceType, variance),
    maxIter,
    tol: 0,
    runtime,
  });
}

async function press(page: SitePage, selector: string): Promise<void> {
  await page.page.click(selector);
  await page.page.waitForSelector('#task', { hidden: true, timeout: TIMEOUT });
}

/** Leaves what the page opens on. */
async function restart(page: SitePage): Promise<void> {
  await page.page.click('#restart');
  await page.waitForText('#told', /^The start/);
  await page.page.waitForSelector('#task', { hidden: true, timeout: TIMEOUT });
}

/** The page's numbers, once it says that it is at `iteration`, after `step`. */
async function facts(page: SitePage, told: RegExp) {
  await page.waitForText('#told', told);
  const shown = await page.facts();
  return {
    iteration: parseShown(shown.Iteration),
    bound: parseShown(shown['Lower bound per point']),
    logLikelihood: parseShown(shown['Log-likelihood per point']),
    elsewhere: parseShown(shown['K-means puts elsewhere']),
    distance: parseShown(shown['Means from its centroids']),
    engine: shown['Ran on'],
  };
}

test('labels are matched by the renaming that agrees best', () => {
  const labels = Uint32Array.of(0, 0, 1, 1, 2, 2, 2);
  expect(matchLabels(labels, Uint32Array.of(2, 2, 0, 0, 1, 1, 0), 3)).toEqual({
    differing: 1,
    names: [2, 0, 1],
  });
});

describe('the page Old Faithful', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('faithful', (site) => {
    test('steps give the library’s bound and log-likelihood', async () => {
      const page = await site.open('faithful/');
      await restart(page);
      const before = await iterate(1);
      await press(page, '#step');
      const first = await facts(page, /^E-step/);
      expect(first.bound).toBeCloseTo(before.lowerBound, 5);
      expect(first.logLikelihood).toBeCloseTo(before.lowerBound, 5);
      await press(page, '#step');
      const second = await facts(page, /^M-step/);
      const responsibilities = await unfittedMixture(means, 'full', 1).predictProba(points, {
        runtime,
      });
      expect(second.bound).toBeCloseTo(lowerBound(before, points.data, responsibilities.data), 4);
      expect(second.bound).toBeGreaterThan(first.bound);
      expect(second.bound).toBeLessThan(second.logLikelihood);
      expect(second.logLikelihood).toBeCloseTo(before.logLikelihood / points.shape[0], 4);
      await page.checkLooks('step');
    });

    test('runs to the end, where the fit is the library’s', async () => {
      const page = await site.open('faithful/');
      await restart(page);
      await page.page.click('#run');
      await page.waitForText('#told', /^M-step/);
      await page.pressCancel();
      expect(await page.outcome()).toBe('Cancelled.');
      await page.timeSilence('EM to the end', async () => {
        await page.page.click('#run');
        expect(await page.outcome(TIMEOUT)).toMatch(/^Done: converged after/);
      });
      const end = await facts(page, /converged/);
      const model = await iterate(200);
      expect(end.logLikelihood).toBeCloseTo(model.logLikelihood / points.shape[0], 3);
      const centroids = await kmeans(points, {
        k: 2,
        init: { data: means, shape: [2, 2] },
        runtime,
      });
      expect(end.elsewhere).toBe(matchLabels(model.labels, centroids.labels, 2).differing);
      await page.checkLooks('end');
    });

    test('a press that comes too early leaves a page that works', async () => {
      const page = await site.open('faithful/');
      await page.page.click('#step');
      await page.waitForText('#told', /^(The start|[EM]-step)/);
      await restart(page);
      await press(page, '#step');
      await page.waitForText('#told', /^E-step/);
      expect(await page.shows('#error')).toBe(false);
    });

    test('K-means by steps, and from where a centroid is put', async () => {
      const page = await site.open('faithful/');
      await page.page.select('#method', 'kmeans');
      await page.waitForText('#told', /^The start/);
      await press(page, '#step');
      await page.waitForText('#told', /^Assign/);
      await press(page, '#step');
      await page.waitForText('#told', /^Move/);
      await press(page, '#run');
      await page.waitForText('#told', /converged/);
      const end = parseShown((await page.facts())['Sum of squared distances']);
      const init = { data: means, shape: [2, 2] } as const;
      const model = await kmeans(points, { k: 2, init, runtime });
      expect(end / model.inertia).toBeCloseTo(1, 5);
      await page.checkLooks('kmeans');
      // By keyboard, far away from its points; and back.
      await page.page.focus('#scatter');
      await page.page.keyboard.press('c');
      await page.page.keyboard.down('Shift');
      for (let i = 0; i < 5; i++) await page.page.keyboard.press('ArrowUp');
      await page.page.keyboard.up('Shift');
      await page.waitForText('#told', /^Assign(?!.*converged)/);
      expect((await page.facts()).Iteration).toBe('1');
      await press(page, '#run');
      await page.waitForText('#told', /converged/);
      expect(parseShown((await page.facts())['Sum of squared distances'])).toBeCloseTo(end, 3);
    });

    test.runIf(site.speaksForAll)('shrinks ε to K-means', async () => {
      const page = await site.open('faithful/');
      await page.page.select('#covariance', 'fixed');
      await page.waitForText('#told', /^The start/);
      await page.page.focus('#variance');
      await page.page.keyboard.press('ArrowLeft');
      await page.waitForText('#epsilon', /^1\/8$/);
      // Until then the bar of its task lies over the button.
      await page.page.waitForSelector('#task', { hidden: true });
      await page.page.click('#shrink');
      expect(await page.outcome(TIMEOUT)).toMatch(/^Done: ε/);
      const rows = await page.page.$$eval('#shrinking-rows tr', (found) =>
        found.map((row) => Array.from(row.children, ({ textContent }) => textContent)),
      );
      expect(rows.map(([variance]) => variance).slice(0, 3)).toEqual(['1', '1/2', '1/4']);
      const [, elsewhere, distance] = rows.at(-1)!;
      expect(elsewhere).toBe('0');
      expect(Number(distance)).toBeLessThan(Number(rows[0][2]));
      expect(Number(distance)).toBeLessThan(1e-3);
      expect(await page.textOf('#step')).toBe('E-step');
      await page.checkLooks('shrunk');
    });

    test.runIf(site.speaksForAll)(
      'starts from random points, of any kind of covariance',
      async () => {
        const page = await site.open('faithful/');
        await page.page.select('#start', 'rows');
        await page.fill('#k', '4');
        for (const type of ['tied', 'diag']) {
          await page.page.select('#covariance', type);
          await page.waitForText('#told', /^The start/);
          await press(page, '#step');
          const { bound, logLikelihood } = await facts(page, /^E-step/);
          expect(bound).toBeCloseTo(logLikelihood, 5);
          await press(page, '#restart');
        }
        await page.screenshot('four');
      },
    );

    test.runIf(site.speaksForAll)('works without an adapter, and says so', async () => {
      await site.withoutAdapter('faithful/', async (page) => {
        expect(await page.textOf('.notice summary')).toMatch(/on the CPU/);
        await restart(page);
        await press(page, '#step');
        expect((await facts(page, /^E-step/)).engine).toBe('CPU, without WebGPU');
      });
    });
  });
});
