// When each page of the site shows its first result, in headless Chromium on SwiftShader:
// npm run bench:pages, or of some pages, several times: npm run bench:pages -- digits maps --times 3
// With --files: how long files of a visitor's own take, 20,000 embeddings and 1,000,000 rows, step by step.
/* global document, MutationObserver, setTimeout -- what pages are asked runs in them */
import console from 'node:console';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { performance } from 'node:perf_hooks';
import { setInterval, clearInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { createServer, preview } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const PATIENCE_MS = 600_000;
const HELD_MS = 1500;
const VIEW = { width: 1440, height: 900 };

/** What is there once a page shows a result; 'picture' has colours, which no empty plot has. */
const RESULTS = {
  '': { picture: '#picture' },
  // Its clustering is drawn from the first iteration on; the table comes at the end of a slow motion.
  data: { picture: '#scatter', element: '#progressing:not([hidden]) path' },
  digits: { element: '#centroids canvas' },
  palette: { element: '#facts:not([hidden]) dd' },
  faithful: { element: '#curves:not([hidden]) path' },
  maps: { element: '#facts:not([hidden]) dd' },
  subspaces: { element: '#eigenvalues svg, #eigenvalues path' },
  embeddings: { element: '#clusters details' },
  deep: { picture: '#cloud', element: '#centroids canvas' },
  filters: { picture: '#filtered', element: '#facts:not([hidden]) dd' },
  textures: { picture: '#made' },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: 'string', default: '1' }, files: { type: 'boolean', default: false } },
});
const wanted = positionals.length > 0 ? positionals : Object.keys(RESULTS);
const times = Number(values.times);

/** Runs in the page, before its own scripts: notes when it can be used, and when it shows a result. */
function watch({ picture, element }) {
  const seen = {};
  Object.assign(globalThis, { seen });
  const isColoured = (canvas) => {
    if (!canvas?.width || !canvas.height) return false;
    const small = document.createElement('canvas');
    [small.width, small.height] = [120, 80];
    const context = small.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0, 120, 80);
    const { data } = context.getImageData(0, 0, 120, 80);
    let coloured = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue, alpha] = data.subarray(at, at + 4);
      const spread = Math.max(red, green, blue) - Math.min(red, green, blue);
      if (alpha > 20 && spread > 60) coloured++;
    }
    return coloured > 20;
  };
  const look = () => {
    const main = document.querySelector('main');
    if (main && !main.inert) seen.usable ??= performance.now();
    const isThere =
      (!element || document.querySelector(element)?.checkVisibility()) &&
      (!picture || isColoured(document.querySelector(picture)));
    if (isThere) seen.result ??= performance.now();
    if (!isThere || !seen.usable) setTimeout(look, 20);
  };
  look();
}

/** Seconds that a browser's processes have worked so far. */
async function cpuSeconds(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** Whether this process itself was held up meanwhile: then a time says nothing of the page. */
function watchHeld() {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 50);
  return () => {
    clearInterval(timer);
    return longest > HELD_MS;
  };
}

async function measureUndisturbed(...given) {
  for (;;) {
    const wasHeld = watchHeld();
    const told = await measure(...given);
    if (!wasHeld()) return told;
  }
}

async function measure(launchOptions, address, name, sent) {
  const browser = await puppeteer.launch({ ...launchOptions, protocolTimeout: PATIENCE_MS });
  try {
    const page = await browser.newPage();
    const session = await browser.target().createCDPSession();
    await page.setViewport(VIEW);
    await page.evaluateOnNewDocument(watch, RESULTS[name]);
    const [bytes, cpu] = [sent.bytes, await cpuSeconds(session)];
    await page.goto(`${address}${name === '' ? '' : `${name}/`}`, {
      waitUntil: 'domcontentloaded',
      timeout: PATIENCE_MS,
    });
    await page.waitForFunction('seen.result && seen.usable', {
      timeout: PATIENCE_MS,
      polling: 100,
    });
    const after = await cpuSeconds(session);
    const told = await page.evaluate(() => ({
      ...globalThis.seen,
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    }));
    return { ...told, bytes: sent.bytes - bytes, cpu: after - cpu };
  } finally {
    await browser.close();
  }
}

/** Minimal standard generator of Park and Miller: numbers below 1. */
function* numbers() {
  let state = 1;
  for (;;) yield (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
}

/** Rows about 40 centres, as lines. */
async function writeRows(path, rows, columns, lineOf, head = '') {
  const stream = createWriteStream(path);
  const random = numbers();
  const next = () => random.next().value;
  const centres = Array.from({ length: 40 }, () => Array.from({ length: columns }, next));
  let text = head;
  for (let i = 0; i < rows; i++) {
    const row = centres[i % 40].map((value) => value - 0.5 + 0.4 * (next() + next() - 1));
    text += lineOf(row, i);
    if (text.length < 1 << 20) continue;
    if (!stream.write(text)) await once(stream, 'drain');
    text = '';
  }
  stream.end(text);
  await once(stream, 'finish');
}

const FILES = [
  {
    name: 'embeddings.jsonl',
    page: 'embeddings/',
    presses: [],
    write: (path) =>
      writeRows(path, 20_000, 384, (row, i) => {
        return `${JSON.stringify({ id: i, text: `Text number ${i}`, embedding: row.map((value) => Number(value.toFixed(8))) })}\n`;
      }),
  },
  {
    name: 'million.csv',
    page: 'data/',
    presses: ['#cluster'],
    write: (path) =>
      writeRows(
        path,
        1_000_000,
        3,
        (row) => `${row.map((value) => value.toFixed(5)).join(',')}\n`,
        'x,y,z\n',
      ),
  },
];

/** Runs in the page: when the text of its progress bar began with other words, and its longest silence. */
function watchSteps() {
  const steps = [];
  let longest = 0;
  let last = performance.now();
  const note = () => {
    const text = document.querySelector('#task').hidden
      ? ''
      : document.querySelector('#task-text').textContent;
    const words = text.replace(/[\d,.%]+.*/, '').trim();
    if (steps.at(-1)?.words !== words) steps.push({ words, at: performance.now() });
  };
  new MutationObserver(note).observe(document.querySelector('#task'), {
    ...{ subtree: true, childList: true, characterData: true, attributes: true },
  });
  setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 10);
  Object.assign(globalThis, { told: () => ({ steps, longest }) });
}

async function measureFile(launchOptions, address, { name, page: path, presses, write }) {
  const folder = join(root, 'out', 'bench');
  await mkdir(folder, { recursive: true });
  await write(join(folder, name));
  const browser = await puppeteer.launch({ ...launchOptions, protocolTimeout: PATIENCE_MS });
  try {
    const page = await browser.newPage();
    const session = await browser.target().createCDPSession();
    await page.setViewport(VIEW);
    await page.goto(`${address}${path}`, { timeout: PATIENCE_MS });
    await page.waitForSelector('main:not([inert])');
    await page.evaluate(watchSteps);
    const cpu = await cpuSeconds(session);
    const act = async (work) => {
      await page.$eval('#status', (status) => status.replaceChildren());
      const start = await page.evaluate(() => performance.now());
      await work();
      await page.waitForFunction(
        "document.querySelector('#task').hidden && (document.querySelector('#status').textContent || !document.querySelector('#error').hidden)",
        { timeout: PATIENCE_MS },
      );
      const { steps } = await page.evaluate('told()');
      const shown = steps
        .filter(({ at, words }) => at >= start && words)
        .map(({ words, at }) => `${words} from ${seconds(at - start)}`);
      const end = await page.evaluate(() => performance.now());
      const said = await page.$eval('#status', ({ textContent }) => textContent);
      console.log(`${name}: ${seconds(end - start)} s. ${said} ${shown.join('; ')}`);
    };
    await act(async () => {
      const input = await page.$('#file');
      await input.uploadFile(join(folder, name));
    });
    for (const selector of presses) await act(() => page.click(selector));
    const { longest } = await page.evaluate('told()');
    const worked = (await cpuSeconds(session)) - cpu;
    console.log(
      `  processor ${worked.toFixed(1)} s, the page's longest silence ${longest.toFixed(0)} ms`,
    );
  } finally {
    await browser.close();
  }
}

/** Counts what is sent, compressed as it is. */
function counting(sent) {
  return {
    name: 'counting',
    configurePreviewServer({ middlewares }) {
      middlewares.use((_, response, next) => {
        for (const name of ['write', 'end']) {
          const real = response[name].bind(response);
          response[name] = (chunk, ...rest) => {
            if (chunk?.length) sent.bytes += chunk.length;
            return real(chunk, ...rest);
          };
        }
        next();
      });
    },
  };
}

const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
const seconds = (ms) => (ms / 1000).toFixed(2);

// The tests' own way to start Chromium, which is TypeScript.
const loader = await createServer({
  root,
  configFile: join(root, 'vitest.config.ts'),
  server: { middlewareMode: true, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const sent = { bytes: 0 };
const { launchOptions } = await loader.ssrLoadModule('/test/engines/chromium.ts');
const server = await preview({
  configFile: join(root, 'vite.demo.config.ts'),
  logLevel: 'warn',
  plugins: [counting(sent)],
  preview: { host: '127.0.0.1', port: 0 },
});
try {
  const options = await launchOptions();
  const head = ['page', 'first paint', 'first result', 'usable', 'processor', 'kB loaded'];
  console.log(`${cpus()[0].model}, ${cpus().length} cores; seconds, the median of ${times}`);
  if (!values.files) console.log(head.map((text) => text.padStart(14)).join(''));
  if (values.files) {
    for (const file of FILES) await measureFile(options, server.resolvedUrls.local[0], file);
  }
  for (const name of values.files ? [] : wanted) {
    const all = [];
    for (let i = 0; i < times; i++) {
      all.push(await measureUndisturbed(options, server.resolvedUrls.local[0], name, sent));
    }
    const of = (key) => median(all.map((one) => one[key]));
    const row = [
      name || 'home',
      ...[seconds(of('paint')), seconds(of('result')), seconds(of('usable'))],
      ...[of('cpu').toFixed(1), Math.round(of('bytes') / 1000)],
    ];
    console.log(row.map((text) => String(text).padStart(14)).join(''));
  }
} finally {
  await server.close();
  await loader.close();
}
