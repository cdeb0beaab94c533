import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import {
  gapStatistic,
  gaussianMixture,
  GaussianMixtureModel,
  kmeans,
  KMeansModel,
  pca,
} from '../../src/index.js';
import { root } from '../engines/bundle.js';
import { type Dataset, loadDataset } from '../golden/index.js';
import { inEveryBrowser } from './site.js';
import type { SitePage } from './site_page.js';
import { everyFormat, noise, type NumberTable, toCsv, toNpy, twoColours } from './tables.js';

const irisFile = join(root, 'test/golden/iris.csv');
const IRIS_NAMES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
const cpu = { runtime: 'cpu' } as const;

let iris: Dataset;
let irisTable: NumberTable;

beforeAll(async () => {
  iris = await loadDataset((name) => readFile(join(root, 'test/golden', name)), 'iris');
  const [rows, columns] = iris.shape;
  irisTable = { names: IRIS_NAMES, data: Float64Array.from(iris.data), shape: [rows, columns] };
});

function expectClose(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
}

/** Every column with mean 0 and deviation 1. */
function standardized({ data, shape }: Dataset): Dataset {
  const [n, d] = shape;
  const scaled = Float64Array.from(data);
  for (let j = 0; j < d; j++) {
    const values = scaled.filter((_, at) => at % d === j);
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const deviation = Math.hypot(...values.map((value) => value - mean)) / Math.sqrt(n);
    for (let i = 0; i < n; i++) scaled[i * d + j] = (values[i] - mean) / deviation;
  }
  return { data: scaled, shape };
}

/** Reads the clusters beside the downloaded rows. */
async function labelsIn(page: SitePage, name: string): Promise<number[]> {
  const text = await readFile(await page.download('#download', name), 'utf8');
  const [header, ...lines] = text.trim().split('\n');
  expect(header).toBe([...IRIS_NAMES, 'target', 'cluster'].join(','));
  const cells = lines.map((line) => line.split(',').map(Number));
  expect(cells.map((row) => row.slice(0, 4)).flat()).toEqual(Array.from(iris.data));
  return cells.map((row) => row[5]);
}

async function sizesShown(page: SitePage): Promise<number[]> {
  return page.page.$$eval('#sizes td:nth-child(2)', (cells) =>
    cells.map(({ textContent }) => Number(textContent.replaceAll(',', ''))),
  );
}

async function openWith(page: SitePage, path: string): Promise<void> {
  await page.choose(path);
  expect(await page.outcome()).toMatch(/is read\.$/);
}

/** Opens iris without its last column, the true classes. */
async function openIris(page: SitePage): Promise<void> {
  await openWith(page, irisFile);
  await page.page.click('#column-list li:last-child label');
}

async function cluster(page: SitePage): Promise<Readonly<Record<string, string>>> {
  await page.page.click('#cluster');
  expect(await page.outcome()).toMatch(/^Done/);
  return page.facts('#facts');
}

/** Runs the code that the page gives in Node, against the built package, beside its file. */
async function inertiaOf(code: string, folder: string): Promise<number> {
  const module = join(folder, 'code.mjs');
  await writeFile(module, `${code}\nconsole.log(model.inertia);\n`);
  const { stdout } = await promisify(execFile)(process.execPath, [module], { cwd: folder });
  return Number(stdout.trim().split('\n').at(-1));
}

/** On a machine that does other things besides. */
const TIMEOUT = 240_000;

describe('your data', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('data', (site) => {
    test('a dropped file is clustered as the library does it', async () => {
      const page = await site.open('data/');
      await page.drop(irisFile);
      expect(await page.outcome()).toBe('iris.csv is read.');
      expect(await page.textOf('#file-facts')).toBe('iris.csv: 150 rows, 5 columns.');
      await page.checkLooks('loaded');
      await page.page.click('#column-list li:last-child label');
      await page.page.focus('#k');
      await page.page.keyboard.press('Enter');
      expect(await page.outcome()).toBe('Done: 3 clusters.');

      const model = await kmeans(iris, { k: 3, ...cpu });
      const facts = await page.facts('#facts');
      expectClose(Number(facts.Inertia), model.inertia, 1e-6);
      expect(Number(facts.Iterations)).toBe(model.iterations);
      expect(facts.Data).toBe('150 × 4');
      expect(await sizesShown(page)).toEqual(Array.from(model.counts));
      expect(await labelsIn(page, 'iris-labels.csv')).toEqual(Array.from(model.labels));
      await page.checkLooks('kmeans');

      // Without showing iterations the fit is the same.
      await page.page.click('#live');
      const { Inertia, Iterations } = await cluster(page);
      expectClose(Number(Inertia), model.inertia, 1e-6);
      expect(Iterations).toBe(facts.Iterations);
    });

    test.runIf(site.speaksForAll)(
      'standardized, reduced to principal components, and the downloaded model',
      async () => {
        const page = await site.open('data/');
        await openIris(page);
        await page.page.click('#standardize');
        await page.page.click('#reduce');
        await page.fill('#components', '2');
        const facts = await cluster(page);
        const scaled = standardized(iris);
        const components = await pca(scaled, { nComponents: 2, ...cpu });
        const scores = await components.transform(scaled, cpu);
        const model = await kmeans(scores, { k: 3, ...cpu });
        expectClose(Number(facts.Inertia), model.inertia, 1e-5);
        expect(facts.Data).toMatch(/^150 × 4, standardized, 2 principal components \(95\.8 % of/);

        const path = await page.download('#download-model', 'iris-model.json');
        const saved = JSON.parse(await readFile(path, 'utf8')) as {
          columns: string[];
          standardize: { mean: number[]; deviation: number[] };
          pca: unknown;
          model: unknown;
        };
        expect(saved.columns).toEqual(IRIS_NAMES);
        const { mean, deviation } = saved.standardize;
        const data = Float64Array.from(
          iris.data,
          (x, at) => (x - mean[at % 4]) / deviation[at % 4],
        );
        const restored = library.PcaModel.fromJSON(saved.pca);
        const reduced = await restored.transform({ data, shape: iris.shape }, cpu);
        const predicted = await KMeansModel.fromJSON(saved.model).predict(reduced, cpu);
        expect(await labelsIn(page, 'iris-labels.csv')).toEqual(Array.from(predicted));
      },
    );

    test.runIf(site.speaksForAll)(
      'a mixture, its bound and its ellipses; k by the BIC',
      async () => {
        const page = await site.open('data/');
        await openIris(page);
        await page.page.select('#method', 'mixture');
        const facts = await cluster(page);
        const model = await gaussianMixture(iris, { k: 3, ...cpu });
        expectClose(Number(facts['Lower bound']), model.lowerBound, 1e-4);
        expect(await sizesShown(page)).toEqual(
          [0, 1, 2].map((c) => model.labels.filter((label) => label === c).length),
        );
        await page.checkLooks('mixture');
        const path = await page.download('#download-model', 'iris-model.json');
        const { model: json } = JSON.parse(await readFile(path, 'utf8')) as { model: unknown };
        expectClose(GaussianMixtureModel.fromJSON(json).lowerBound, model.lowerBound, 1e-4);

        await page.page.click('#suggest');
        expect(await page.outcome()).toBe('Suggested: k = 2.');
        const bics = await Promise.all(
          [1, 2, 3].map(async (k) =>
            (await gaussianMixture(iris, { k, nInit: 3, ...cpu })).bic(iris, cpu),
          ),
        );
        expect(bics.indexOf(Math.min(...bics))).toBe(1);
        expect(await page.textOf('#suggestion-text')).toBe('The BIC is lowest at k = 2.');
        expect(await page.page.$eval('#k', (input) => (input as HTMLInputElement).value)).toBe('2');
        await page.screenshot('suggested');
      },
    );

    test.runIf(site.speaksForAll)('k by the gap statistic', async () => {
      const page = await site.open('data/');
      const spots = [0, 1, 10, 11].map((value) => `${value},${value % 3}`);
      const path = join(site.folder, 'spots.csv');
      await writeFile(path, ['a,b', ...spots, ...spots, ...spots].join('\n'));
      await openWith(page, path);
      await page.page.click('#suggest-gap');
      const expected = await gapStatistic(
        {
          data: [...spots, ...spots, ...spots].flatMap((row) => row.split(',').map(Number)),
          shape: [12, 2],
        },
        { reference: 'pca', references: 10, nInit: 3, ...cpu },
      );
      expect(await page.outcome()).toBe(`Suggested: k = ${expected.k}.`);
      expect(await page.textOf('#suggestion-text')).toMatch(/^The gap statistic suggests k = /);
    });

    test.runIf(site.speaksForAll)('the code shown does what the page did', async () => {
      const page = await site.open('data/');
      await openIris(page);
      await page.page.click('#standardize');
      await page.page.click('#reduce');
      const facts = await cluster(page);
      const code = await page.page.$eval('#code', ({ textContent }) => textContent);
      await copyFile(irisFile, join(site.folder, 'iris.csv'));
      expectClose(Number(facts.Inertia), await inertiaOf(code, site.folder), 1e-5);
      await page.page.click('#copy');
      await page.waitForText('#status', /^The code is (on the clipboard|selected)/);
    });

    test('every format gives the same clusters', async () => {
      const { inertia } = await kmeans(iris, { k: 3, ...cpu });
      const page = await site.open('data/');
      await openIris(page);
      await page.page.click('#live');
      for (const [name, content] of Object.entries(everyFormat(irisTable))) {
        // A browser has a part in how bytes come, and how they are unpacked.
        if (!site.speaksForAll && !/csv|gz/.test(name)) continue;
        await openWith(page, await page.writeInput(name, content));
        expect(await page.textOf('#file-facts'), name).toMatch(/: 150 rows, 4 columns\.$/);
        expectClose(Number((await cluster(page)).Inertia), inertia, 1e-6);
        // Where code can read the file, it does; a gzipped one is the visitor's to unpack.
        if (name.endsWith('.gz') || !site.speaksForAll) continue;
        const code = await page.page.$eval('#code', ({ textContent }) => textContent);
        expectClose(await inertiaOf(code, site.folder), inertia, 1e-6);
      }
    });

    test('an image is clustered by its colours', async () => {
      const page = await site.open('data/');
      await openWith(page, await page.writeInput('two.png', twoColours(40, 20)));
      await page.fill('#k', '2');
      const { Data, Inertia } = await cluster(page);
      expect(Data).toBe('800 × 3');
      expect(Number(Inertia)).toBeLessThan(1e-3);
      expect(await sizesShown(page)).toEqual([400, 400]);
      await page.screenshot('image');
    });

    test('Cancel works at once, by keyboard, and the next fit too', async () => {
      const page = await site.open('data/');
      await openWith(page, await page.writeInput('noise.npy', toNpy(noise(100_000, 6))));
      await page.fill('#k', '64');
      await page.page.focus('#cluster');
      await page.page.keyboard.press('Enter');
      await page.waitForText('#task-text', /^Iteration/);
      await page.screenshot('progress');
      // The keyboard's focus has gone to Cancel.
      await page.page.keyboard.press('Enter');
      await page.waitForText('#status', /^Cancelled\.$/);
      expect(await page.shows('#task')).toBe(false);
      expect(await page.shows('#result')).toBe(false);
      expect(await page.page.$('#cluster:focus')).not.toBeNull();

      await page.fill('#k', '1');
      await cluster(page);
      expect(await sizesShown(page)).toEqual([100_000]);
    });

    test.runIf(site.speaksForAll)(
      'reading can be cancelled too, and leaves what there was',
      async () => {
        const page = await site.open('data/');
        await openIris(page);
        await page.choose(await page.writeInput('noise.csv', toCsv(noise(150_000, 6))));
        await page.waitForText('#task-text', /^Reading noise\.csv/);
        await page.pressCancel();
        await page.waitForText('#status', /^Cancelled\.$/);
        expect(await page.textOf('#file-facts')).toMatch(/^iris\.csv/);
        expect((await cluster(page)).Data).toBe('150 × 4');
      },
    );

    test('points are looked at: zoom, hover, lasso', async () => {
      const page = await site.open('data/');
      await openIris(page);
      await cluster(page);
      const canvas = (await page.page.$('#scatter'))!;
      await page.page.click('.plot-tools [aria-pressed]');
      await canvas.scrollIntoView();
      const move = async (x: number, y: number) => {
        const box = (await canvas.boundingBox())!;
        await page.page.mouse.move(box.x + x * box.width, box.y + y * box.height);
      };
      await move(0.01, 0.01);
      await page.page.mouse.down();
      for (const [x, y] of [
        [0.5, 0.01],
        [0.99, 0.01],
        [0.99, 0.5],
        [0.99, 0.99],
        [0.5, 0.99],
        [0.01, 0.99],
        [0.01, 0.5],
        [0.01, 0.1],
      ]) {
        await move(x, y);
      }
      await page.page.mouse.up();
      expect(await page.textOf('#selection-text')).toMatch(/^150 rows selected: \d+ of cluster/);
      await page.screenshot('lasso');
      const rows = await readFile(
        await page.download('#download-selection', 'iris-selection.csv'),
        'utf8',
      );
      expect(rows.trim().split('\n').length).toBe(151);
      await canvas.focus();
      await page.page.keyboard.press('Escape');
      expect(await page.shows('#selection')).toBe(false);

      // A grid of places to rest at: some point is near one of them.
      let tip = '';
      for (let at = 0; at < 200 && !tip; at++) {
        await move(0.15 + 0.04 * (at % 20), 0.3 + 0.04 * Math.floor(at / 20));
        if (await page.shows('.tip')) tip = await page.textOf('.tip');
      }
      expect(tip).toMatch(/^row \d+, cluster [012]/);
      const pixels = () =>
        page.page.$eval('#scatter', (element) => (element as HTMLCanvasElement).toDataURL());
      const before = await pixels();
      await canvas.focus();
      await page.page.keyboard.press('+');
      await expect.poll(pixels).not.toBe(before);
      await page.page.keyboard.press('0');
      await expect.poll(pixels).toBe(before);
    });

    test('the window may be resized and left during a fit', async () => {
      const page = await site.open('');
      const first = page.page.url();
      await page.follow('.cards a[href="./data/"]');
      await openWith(page, await page.writeInput('noise.npy', toNpy(noise(50_000, 4))));
      await page.fill('#k', '32');
      await page.page.click('#cluster');
      await page.waitForText('#task-text', /^Iteration/);
      await page.page.setViewport({ width: 360, height: 740 });
      await page.expectNoSidewaysScroll();
      await page.screenshot('progress-phone');
      await page.back(first);
      await page.follow('.cards a[href="./data/"]');
      await page.page.setViewport({ width: 1200, height: 900 });
      await openIris(page);
      await cluster(page);
    });

    test.runIf(site.speaksForAll)(
      'a million points',
      async () => {
        const page = await site.open('data/');
        await openWith(page, await page.writeInput('million.npy', toNpy(noise(1_000_000, 2))));
        await page.fill('#k', '4');
        await page.timeSilence('a million points', async () => {
          await page.page.click('#cluster');
          await page.waitForText('#task-text', /^Iteration/, 120_000);
          // The plot moves while the device works.
          await page.page.focus('#scatter');
          for (const key of ['+', '+', 'ArrowLeft', '-', '0'] as const) {
            await page.page.keyboard.press(key);
          }
          await page.waitForText('#task-text', /^Iteration [3-9]/, 120_000);
        });
        await page.screenshot('million');
        await page.pressCancel();
        await page.waitForText('#status', /^Cancelled\.$/);
      },
      300_000,
    );

    const MALFORMED: readonly [name: string, content: string | Uint8Array, sentence: RegExp][] = [
      ['empty.csv', '', /^empty\.csv: the file is empty\. Choose/],
      ['ragged.csv', 'a,b\n1,2\n3\n', /^ragged\.csv: line 3 has 1 cell; the lines before have 2/],
      ['words.csv', 'a\nx\n', /^words\.csv: none of its columns holds numbers/],
      ['program.exe', Uint8Array.of(77, 90, 0, 3), /^program\.exe: neither its name nor its first/],
      ['broken.json', '{"a": ', /^broken\.json: .* not valid JSON/],
      ['words.json', '"hello"', /^words\.json: the document is not an array\./],
      ['broken.jsonl', '[1]\n{', /^broken\.jsonl: line 2/],
      ['broken.npy', 'not numpy at all', /^broken\.npy: it does not start as an NPY file does/],
      ['cut.npy', toNpy(noise(100, 2)).subarray(0, 900), /^cut\.npy: its header promises 100 x 2/],
      ['broken.npy.gz', Uint8Array.of(31, 139, 8, 0, 1, 2, 3, 4), /gzip data are damaged/],
      ['broken.parquet', 'PAR1 and no more', /^broken\.parquet: it does not end as a Parquet/],
      ['broken.arrow', 'ARROW1 and no more', /^broken\.arrow: it is damaged or no Arrow file/],
      ['broken.png', Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), /^broken\.png is no image/],
    ];

    test('a malformed file gives a sentence, and the page goes on', async () => {
      const page = await site.open('data/');
      for (const [name, content, sentence] of MALFORMED) {
        await page.choose(await page.writeInput(name, content));
        await page.waitForText('#error', sentence);
        if (content === '') await page.screenshot('refused');
        await page.choose(irisFile);
        await page.waitForText('#status', /^iris\.csv is read\.$/);
        expect(await page.shows('#error')).toBe(false);
      }
    });

    test.runIf(site.speaksForAll)(
      'columns of any name; columns of text are told from numbers',
      async () => {
        const page = await site.open('data/');
        const text = '__proto__;constructor;"a ""quoted""; name"\n1;red;5\n2;blue;6\n9;red;\n';
        await openWith(page, await page.writeInput('names.csv', text));
        const items = await page.page.$$eval('#column-list li', (list) =>
          list.map(({ textContent }) => textContent),
        );
        expect(items).toEqual([
          '__proto__',
          'constructorcannot be used: it holds “red”',
          'a "quoted"; name1 cell missing',
        ]);
        await page.fill('#k', '2');
        const facts = await cluster(page);
        // Rows that lack a cell of the chosen columns are left out, or filled.
        expect([facts.Data, facts.Inertia]).toEqual(['2 × 2', '0']);
        await page.page.select('#missing', 'mean');
        expect((await cluster(page)).Data).toBe('3 × 2');
      },
    );

    test.runIf(site.speaksForAll)(
      'settings that cannot be are refused with a sentence',
      async () => {
        const page = await site.open('data/');
        await openIris(page);
        await page.page.click('#no-columns');
        await page.page.click('#cluster');
        expect(await page.outcome()).toBe('Choose at least one column to cluster by.');
        await page.page.click('#all-columns');
        await page.fill('#k', '151');
        await page.page.click('#cluster');
        expect(await page.page.$('#k:invalid')).not.toBeNull();
        const two = {
          names: ['a', 'b'],
          data: Float64Array.of(1, 1, 1, 1, 1, 1),
          shape: [3, 2],
        } as const;
        await openWith(page, await page.writeInput('same.csv', toCsv(two)));
        await page.page.select('#method', 'mixture');
        await page.fill('#k', '2');
        await page.page.click('#cluster');
        expect(await page.outcome()).toMatch(/only 1 distinct row; use k <= 1/);
      },
    );

    test.runIf(site.speaksForAll)(
      'without an adapter the CPU does it, and the page says so',
      async () => {
        await site.withoutAdapter('data/', async (page) => {
          expect(await page.textOf('.notice summary')).toMatch(/on the CPU.*enable/);
          await page.page.click('#sample');
          expect(await page.outcome()).toMatch(/is read/);
          const facts = await cluster(page);
          expect(facts['Ran on']).toBe('CPU, without WebGPU');
          // The page asks for an adapter, and its worker not again.
          const asked = page.warnings.filter((text) => text.includes('No available adapters'));
          expect(asked.length).toBeLessThanOrEqual(1);
          expectClose(Number(facts.Inertia), (await kmeans(iris, { k: 3, ...cpu })).inertia, 1e-6);
          await page.checkLooks('no-adapter');
        });
      },
    );
  });
});
