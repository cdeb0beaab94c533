// Records what the pages with much to compute open on, demo/NAME/opening.json: what their workers answer, in
// headless Chromium: npm run demo:openings, or of some pages: npm run demo:openings -- maps
import { Buffer } from 'node:buffer';
import console from 'node:console';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { build, createServer, preview } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const configFile = join(root, 'vite.demo.config.ts');
const outDir = join(root, 'out', 'openings');
const PATIENCE_MS = 1_200_000;
const PIXELS = 784;
/** The mean, and the components that the page Digits shows. */
const SHOWN_COMPONENTS = 16;
/** Longer arrays of float32 are kept in fewer bits: pictures in 8, others in 16. */
const MOST_WHOLE = 64;
const PICTURES = ['images', 'originals', 'reconstructed', 'weights', 'uMatrix'];

/**
 * The jobs of each page's opening; how to have them done, where the page does not by itself; and what of the
 * answers is shown.
 */
const PAGES = {
  digits: {
    jobs: ['cluster', 'findComponents', 'reconstruct'],
    shown: ({ cluster, findComponents, reconstruct }) => ({
      cluster: {
        ...cluster,
        updates: cluster.updates.map(({ objective }) => ({ objective })),
      },
      findComponents: {
        ...findComponents,
        output: {
          ...findComponents.output,
          images: {
            ...findComponents.output.images,
            numbers: findComponents.output.images.numbers.slice(0, SHOWN_COMPONENTS * PIXELS),
          },
        },
      },
      reconstruct,
    }),
  },
  maps: { jobs: ['learn'] },
  subspaces: { jobs: ['express', 'cut'] },
  embeddings: { jobs: ['map', 'cluster'] },
  deep: {
    jobs: ['train'],
    // In minutes, on a machine without a GPU.
    runtime: 'cpu',
    shown: ({ train }) => ({ train: { ...train, updates: train.updates.slice(-1) } }),
  },
};

/** Runs in the page: keeps what its workers are asked and answer. */
function listen(runtime) {
  const heard = {};
  Object.assign(globalThis, { heard });
  // Without what was recorded before, a page computes at once.
  const { fetch } = globalThis;
  globalThis.fetch = (url, ...rest) =>
    /\/opening-[^/]*\.json$/.test(url)
      ? Promise.reject(new TypeError('none'))
      : fetch(url, ...rest);
  const Real = globalThis.Worker;
  globalThis.Worker = class extends Real {
    constructor(...args) {
      super(...args);
      const jobs = new Map();
      const post = this.postMessage.bind(this);
      this.postMessage = (message, ...rest) => {
        const { type, id, path, args, taken } = message;
        if (type === 'call' && path[0] === 'run') {
          jobs.set(id, { job: args[0], update: taken.findIndex(({ at }) => at[1] === 'onUpdate') });
          // By default on the driver, whatever the page would spare a visitor without a GPU.
          args[2].runtime = runtime;
        }
        post(message, ...rest);
      };
      this.addEventListener('message', ({ data: { type, id, taken, args, value, error } }) => {
        const { job, update } = jobs.get(id) ?? {};
        if (job === undefined) return;
        heard[job] ??= { updates: [] };
        if (type === 'callback' && taken === update) heard[job].updates.push(args[0]);
        if (type === 'done') heard[job].output = value;
        if (type === 'failed') throw new Error(error.message);
      });
    }
  };
}

/** Runs in the page: JSON of what was heard, arrays by their numbers. */
function toldOf(jobs) {
  const plain = (value) => {
    if (ArrayBuffer.isView(value)) return { kind: value.constructor.name, numbers: [...value] };
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  };
  return plain(Object.fromEntries(jobs.map((job) => [job, globalThis.heard[job]])));
}

const ARRAYS = { Uint8Array, Uint16Array, Uint32Array, Float32Array, Float64Array };

function pack(name, { kind, numbers }) {
  const packed = (codes, values, low = 0, step = 1) => ({
    ...{ kind, codes, low, step },
    base64: Buffer.from(ARRAYS[codes].from(values).buffer).toString('base64'),
  });
  const low = numbers.reduce((least, value) => Math.min(least, value), Infinity);
  const high = numbers.reduce((most, value) => Math.max(most, value), -Infinity);
  if (kind.startsWith('Uint')) {
    return packed(high < 256 ? 'Uint8Array' : high < 65536 ? 'Uint16Array' : kind, numbers);
  }
  if (kind === 'Float64Array' || numbers.length <= MOST_WHOLE || high === low) {
    return packed(kind, numbers);
  }
  const isPicture = PICTURES.includes(name);
  const step = (high - low) / (isPicture ? 255 : 65535);
  const codes = numbers.map((value) => Math.round((value - low) / step));
  return packed(isPicture ? 'Uint8Array' : 'Uint16Array', codes, low, step);
}

function compact(name, value) {
  if (Array.isArray(value)) return value.map((part) => compact(name, part));
  if (typeof value !== 'object' || value === null) {
    return name === 'engine' ? 'beforehand' : value;
  }
  if ('numbers' in value) return pack(name, value);
  return Object.fromEntries(
    Object.entries(value).map(([each, part]) => [each, compact(each, part)]),
  );
}

async function record(browser, address, name) {
  const { jobs, runtime, shown = (heard) => heard } = PAGES[name];
  const page = await browser.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.evaluateOnNewDocument(listen, runtime);
  await page.goto(`${address}${name}/`, { timeout: PATIENCE_MS });
  await page.waitForFunction(
    (all) => all.every((job) => globalThis.heard[job]?.output),
    {
      timeout: PATIENCE_MS,
      polling: 500,
    },
    jobs,
  );
  const heard = shown(await page.evaluate(toldOf, jobs));
  const json = JSON.stringify(compact('', heard));
  await writeFile(join(root, 'demo', name, 'opening.json'), `${json}\n`);
  console.log(`demo/${name}/opening.json: ${Math.round(json.length / 1000)} kB`);
  await page.close();
}

// The tests' own way to start Chromium, which is TypeScript.
const loader = await createServer({
  root,
  configFile: join(root, 'vitest.config.ts'),
  server: { middlewareMode: true, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { launchOptions } = await loader.ssrLoadModule('/test/engines/chromium.ts');
await build({ configFile, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
const server = await preview({
  configFile,
  logLevel: 'warn',
  preview: { host: '127.0.0.1', port: 0 },
  build: { outDir },
});
const browser = await puppeteer.launch({
  ...(await launchOptions()),
  protocolTimeout: PATIENCE_MS,
});
try {
  const wanted = argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : Object.keys(PAGES)) {
    await record(browser, server.resolvedUrls.local[0], name);
  }
} finally {
  await browser.close();
  await server.close();
  await loader.close();
}
