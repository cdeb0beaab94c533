// Takes the README's pictures of the site, docs/demo-NAME.png, in headless Chromium on SwiftShader:
// npm run demo:screenshots, or of some pages: npm run demo:screenshots -- maps
import console from 'node:console';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { build, createServer, preview } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const configFile = join(root, 'vite.demo.config.ts');
const outDir = join(root, 'out', 'screenshots');
const VIEW = { width: 1120, height: 940 };
const PATIENCE_MS = 300_000;
/** The pages that are asked for; none: all. */
const wanted = argv.slice(2);

/** What a person would press on each page, and the element to have at the top of the picture. */
const SHOTS = [
  { name: 'data', presses: ['#sample', '#cluster'], top: '#workspace' },
  { name: 'digits', presses: ['#cluster'], top: 'body' },
  { name: 'palette', presses: ['#sample'], top: 'body' },
  { name: 'faithful', presses: ['#run'], top: 'body' },
  { name: 'maps', presses: ['#learn'], top: 'body' },
  { name: 'subspaces', presses: ['#again'], top: 'body' },
];

async function shoot(browser, address, { name, presses, top }) {
  const page = await browser.newPage();
  await page.setViewport(VIEW);
  await page.goto(`${address}${name}/`);
  for (const selector of presses) {
    await page.waitForSelector('#task', { hidden: true, timeout: PATIENCE_MS });
    await page.waitForSelector(selector, { visible: true });
    await page.$eval('#status', (status) => status.replaceChildren());
    await page.click(selector);
    await page.waitForFunction(
      "document.querySelector('#task').hidden && document.querySelector('#status').textContent",
      { timeout: PATIENCE_MS },
    );
  }
  await page.$eval('#status', (status) => status.replaceChildren());
  await page.$eval(top, (element) => element.scrollIntoView());
  // Whoever has a GPU sees none.
  await page.$$eval('.notice', (notices) => notices.forEach((notice) => notice.remove()));
  await page.mouse.move(0, 0);
  const file = join(root, 'docs', `demo-${name}.png`);
  await page.screenshot({ path: `${file}.tmp.png` });
  await rename(`${file}.tmp.png`, file);
  console.log(`docs/demo-${name}.png`);
}

// The tests' own way to start Chromium, which is TypeScript.
const loader = await createServer({
  root,
  configFile: join(root, 'vitest.config.ts'),
  server: { middlewareMode: true, watch: null },
});
const { launchOptions } = await loader.ssrLoadModule('/test/engines/chromium.ts');
await mkdir(outDir, { recursive: true });
await build({ configFile, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
const server = await preview({
  configFile,
  logLevel: 'warn',
  preview: { host: '127.0.0.1', port: 0 },
  build: { outDir },
});
const browser = await puppeteer.launch(await launchOptions());
try {
  const shots = SHOTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const shot of shots) await shoot(browser, server.resolvedUrls.local[0], shot);
} finally {
  await browser.close();
  await server.close();
  await loader.close();
}
