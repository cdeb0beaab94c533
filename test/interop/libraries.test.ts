/**
 * The libraries themselves, in Chromium: rows of theirs are clustered where they lie, and they go on with our results.
 * Until the very end nothing is read back: what is mapped to be read is counted.
 */
import { build } from 'esbuild';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STATUS_BYTES } from '../../src/ops/clustering/status.js';
import { checkLibrary, root } from '../engines/bundle.js';
import { chromium, launchOptions } from '../engines/chromium.js';
import { type StaticServer, startServer } from '../engines/server.js';
import { FLOAT, onnxModel, UINT32 } from './onnx_model.js';
import type { Told } from './pages/read_back.js';

await checkLibrary();
const missing = await chromium.missing();
if (missing !== undefined && process.env.CI !== 'true') console.warn(`NOTICE: ${missing}`);

const N = 4096;
const D = 4;
const LIBRARIES = ['onnxruntime', 'tfjs', 'jax', 'three', 'luma'] as const;

/** Every other row. */
const turned = (i: number) => i % 2;

const MODELS = {
  tokens: onnxModel(
    'Add',
    2,
    { name: 'input', type: FLOAT, shape: [N, 3, D] },
    { name: 'hidden', type: FLOAT, shape: [N, 3, D] },
  ),
  labels: onnxModel(
    'Cast',
    1,
    { name: 'labels', type: UINT32, shape: [N] },
    { name: 'numbers', type: FLOAT, shape: [N] },
    FLOAT,
  ),
};

/** What the library is to make of row i's label. */
const EXPECTED: Record<(typeof LIBRARIES)[number], (i: number) => number> = {
  onnxruntime: turned,
  tfjs: (i) => 10 * turned(i),
  jax: turned,
  // A square of 64 x 64 points in two halves.
  three: (i) => (i % 64 < 32 ? 0 : 1),
  luma: turned,
};

describe.skipIf(missing !== undefined && process.env.CI !== 'true')('in Chromium', () => {
  let server: StaticServer;
  let browser: Browser;
  beforeAll(async () => {
    const page = (name: string) => join(root, 'dist/page', name);
    await build({
      entryPoints: LIBRARIES.map((name) => join(root, `test/interop/pages/${name}.ts`)),
      outdir: join(root, 'out/interop'),
      ...{ bundle: true, format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'error' },
      alias: {
        'webgpu-clustering/interop': page('interop.js'),
        'webgpu-clustering': page('index.js'),
      },
    });
    server = await startServer();
    browser = await puppeteer.launch({ ...(await launchOptions()), protocolTimeout: 0 });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test.each(LIBRARIES)('%s', { timeout: 180_000 }, async (name) => {
    const page = await browser.newPage();
    await page.goto(`${server.url}blank`);
    // As text: a function's import would be Vite's.
    const given = JSON.stringify([N, D, MODELS]).slice(1, -1);
    const told = (await page.evaluate(
      `import('/out/interop/${name}.js').then(({ run }) => run(${given}))`,
    )) as Told;
    await page.close();
    console.info(`${name}: the fit read ${told.fit} bytes back of ${4 * N * D}`);
    expect(told.between).toBe(0);
    // Beside boards of one size, less than a byte a row: sums of runs of rows.
    expect(told.fit % STATUS_BYTES).toBeLessThan(N);
    expect(told.end).toEqual(Array.from({ length: N }, (_, i) => EXPECTED[name](i)));
  });
});
