import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import type { PreviewServer } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kmeans } from '../../src/index.js';
import { root } from '../engines/bundle.js';
import { launchOptions } from '../engines/chromium.js';
import { type Dataset, loadDataset, loadKMeans } from '../golden/index.js';
import { DemoPage, outDir, serveSite, writeInput } from './site.js';

const readGolden = (name: string) => readFile(join(root, 'test/golden', name));
const irisFile = join(root, 'test/golden/iris.csv');

let server: PreviewServer;
let browser: Browser;
let demo: DemoPage;

beforeAll(async () => {
  await rm(outDir, { recursive: true, force: true });
  server = await serveSite();
  browser = await puppeteer.launch(await launchOptions());
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Of iris in 3 clusters, by scikit-learn. */
async function goldenInertia(): Promise<number> {
  const { cases } = await loadKMeans(readGolden);
  return cases.find(({ name }) => name === 'iris-3')!.inertia;
}

/** The objective of labels: squared distances to the mean of each cluster. */
function inertiaOf({ data, shape: [n, d] }: Dataset, labels: readonly number[]): number {
  let inertia = 0;
  for (const cluster of new Set(labels)) {
    const rows = [...Array(n).keys()].filter((i) => labels[i] === cluster);
    for (let j = 0; j < d; j++) {
      const values = rows.map((i) => data[i * d + j]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      for (const value of values) inertia += (value - mean) ** 2;
    }
  }
  return inertia;
}

/** Every column with mean 0 and deviation 1. */
function standardized({ data, shape }: Dataset): Dataset {
  const [n, d] = shape;
  const scaled = Float64Array.from(data);
  for (let j = 0; j < d; j++) {
    const column = scaled.filter((_, at) => at % d === j);
    const mean = column.reduce((sum, value) => sum + value, 0) / n;
    const deviation = Math.hypot(...column.map((value) => value - mean)) / Math.sqrt(n);
    for (let i = 0; i < n; i++) scaled[i * d + j] = (column[i] - mean) / deviation;
  }
  return { data: scaled, shape };
}

function expectClose(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * expected);
}

/** `rows` lines of `columns` random numbers under a header; no clusters, so that a fit takes long. */
function noise(rows: number, columns: number): string {
  // The minimal standard generator of Park and Miller.
  let state = 1;
  const next = () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
  const line = () => Array.from({ length: columns }, () => next().toFixed(4)).join(',');
  const header = Array.from({ length: columns }, (_, j) => `x${j}`).join(',');
  return [header, ...Array.from({ length: rows }, line), ''].join('\n');
}

describe('with an adapter', () => {
  beforeEach(async () => {
    demo = await DemoPage.open(browser, server);
  });

  afterEach(async () => {
    await demo.page.close();
    expect(demo.complaints).toEqual([]);
  });

  test('a dropped file is clustered as the library and scikit-learn do', async () => {
    const { page } = demo;
    await demo.drop(irisFile);
    expect(await demo.textOf('#file-facts')).toBe('iris.csv: 150 rows, 5 columns');
    // The true classes are a column of numbers here, and not what to cluster by.
    await page.click('#column-list li:last-child label');
    await page.focus('#k');
    await page.keyboard.press('Enter');
    const { facts, sizes } = await demo.result();

    const iris = await loadDataset(readGolden, 'iris');
    const model = await kmeans(iris, { k: 3, runtime: 'cpu' });
    const inertia = Number(facts.Inertia);
    expectClose(inertia, model.inertia, 1e-6);
    expectClose(inertia, await goldenInertia(), 1e-6);
    expect([...sizes].sort()).toEqual(Array.from(model.counts).sort());
    expect(facts.Adapter).toMatch(/swiftshader/i);
    expect(facts.Data).toBe('150 × 4');
    expect(await page.$('#no-adapter:not([hidden])')).toBeNull();

    const [header, ...lines] = (await demo.download('iris-labels.csv')).trim().split('\n');
    const rows = lines.map((line) => line.split(',').map(Number));
    expect(header).toBe('row,label');
    expect(rows.map(([row]) => row)).toEqual([...Array(150).keys()]);
    expectClose(
      inertiaOf(
        iris,
        rows.map(([, label]) => label),
      ),
      inertia,
      1e-6,
    );
  });

  test('the sample is one press away, in light and dark, on a desk and a phone', async () => {
    const { page } = demo;
    await page.setViewport({ width: 1200, height: 900 });
    await demo.screenshot('start');
    await page.click('#sample');
    await demo.textOf('#settings');
    await page.click('#cluster');
    expect((await demo.result()).facts.Data).toBe('150 × 4');
    await page.click('#standardize');
    await page.click('#cluster');
    const { facts } = await demo.result();
    expect(facts.Data).toBe('150 × 4, standardized');
    const iris = standardized(await loadDataset(readGolden, 'iris'));
    const { inertia } = await kmeans(iris, { k: 3, runtime: 'cpu' });
    expectClose(Number(facts.Inertia), inertia, 1e-6);
    await demo.screenshot('result-light');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await demo.screenshot('result-dark');
    await page.setViewport({ width: 360, height: 740 });
    await demo.screenshot('result-phone');
    const [content, window] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
    ]);
    expect(content).toBeLessThanOrEqual(window);
  });

  test('Cancel works at once, and the next fit too', async () => {
    const { page } = demo;
    await demo.choose(await writeInput('noise.csv', noise(100_000, 6)));
    await demo.textOf('#settings');
    await demo.fill('#k', '64');
    await page.focus('#cluster');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      document.querySelector('#task-text')?.textContent.startsWith('Iteration'),
    );
    await demo.screenshot('progress');
    const pressed = performance.now();
    // The keyboard's focus has gone to Cancel.
    await page.keyboard.press('Enter');
    expect(await demo.textOf('#status')).toBe('Cancelled.');
    expect(performance.now() - pressed).toBeLessThan(1000);
    expect(await page.$('#task:not([hidden])')).toBeNull();
    expect(await page.$('#result:not([hidden])')).toBeNull();

    expect(await page.$('#cluster:focus')).not.toBeNull();

    await demo.fill('#k', '1');
    await page.click('#cluster');
    expect((await demo.result()).sizes).toEqual([100_000]);
  });

  test('a column may have any name, and text columns are told from numbers', async () => {
    await demo.choose(
      await writeInput(
        'names.csv',
        '__proto__;constructor;"a ""quoted""; name"\n1;red;5\n2;blue;6\n9;red;\n',
      ),
    );
    await demo.textOf('#settings');
    const items = await demo.page.$$eval('#column-list li', (list) =>
      list.map(({ textContent }) => textContent),
    );
    expect(items).toEqual([
      '__proto__',
      'constructornot numbers: line 2 holds “red”',
      'a "quoted"; namenot numbers: line 4 is empty',
    ]);
    await demo.fill('#k', '2');
    await demo.page.click('#cluster');
    expect((await demo.result()).facts.Inertia).toBe('0.5');
  });

  test.each<[what: string, name: string, content: string | Uint8Array, sentence: RegExp]>([
    ['empty', 'empty.csv', '', /^empty\.csv is empty;/],
    ['ragged', 'ragged.csv', 'a,b\n1,2\n3\n', /: line 3 has 1 cell,/],
    ['no numbers', 'text.csv', 'a\nx\n', /“a”, line 2 holds “x”\.$/],
    ['an image', 'image.csv', Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 0), /not a text/],
  ])('a malformed file (%s) gives one sentence, and the page goes on', async (...given) => {
    const [, name, content, sentence] = given;
    await demo.choose(await writeInput(name, content));
    expect(await demo.textOf('#error')).toMatch(sentence);
    await demo.screenshot(name);
    await demo.choose(irisFile);
    await demo.textOf('#settings');
    expect(await demo.page.$('#error:not([hidden])')).toBeNull();
  });

  test('settings that cannot be are refused with a sentence', async () => {
    const { page } = demo;
    await demo.choose(irisFile);
    await demo.textOf('#settings');
    await page.click('#no-columns');
    await page.click('#cluster');
    expect(await demo.textOf('#error')).toBe('Choose at least one column to cluster by.');
    await page.click('#all-columns');
    await demo.fill('#k', '151');
    await page.click('#cluster');
    expect(await page.$('#k:invalid')).not.toBeNull();
  });
});

test('without an adapter the CPU does it, and the page says so', async () => {
  const { args = [], ...options } = await launchOptions();
  const plain = await puppeteer.launch({
    ...options,
    args: args.filter((argument) => !argument.includes('webgpu')),
  });
  try {
    const page = await DemoPage.open(plain, server);
    expect(await page.textOf('#no-adapter summary')).toMatch(/on the CPU.*enable/);
    await page.page.click('#sample');
    await page.textOf('#settings');
    await page.page.click('#cluster');
    const { facts } = await page.result();
    expect(facts.Adapter).toBe('none: ran on the CPU');
    expectClose(Number(facts.Inertia), await goldenInertia(), 1e-6);
    await page.screenshot('no-adapter');
    expect(page.complaints).toEqual([]);
  } finally {
    await plain.close();
  }
});
