/** The built page in a browser, used as a person would. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { build, preview, type PreviewServer } from 'vite';
import { root } from '../engines/bundle.js';

/** Where files for the page, what it downloads, and screenshots are left. */
export const outDir = join(root, 'out', 'demo');
const configFile = join(root, 'vite.demo.config.ts');
/** Not at the root of the host: the site must work from any path. */
const PATH = 'some/where';

/** Builds the site and serves it. */
export async function serveSite(): Promise<PreviewServer> {
  const folder = join(outDir, 'host');
  await mkdir(folder, { recursive: true });
  await build({
    configFile,
    logLevel: 'warn',
    build: { outDir: join(folder, PATH), emptyOutDir: true },
  });
  return preview({
    configFile,
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port: 0 },
    build: { outDir: folder },
  });
}

/** Writes a file to bring to the page, and gives its path. */
export async function writeInput(name: string, content: string | Uint8Array): Promise<string> {
  await mkdir(outDir, { recursive: true });
  const path = join(outDir, name);
  await writeFile(path, content);
  return path;
}

/** What is shown of a fit. */
export interface ShownResult {
  readonly facts: Readonly<Record<string, string>>;
  /** Rows in each cluster. */
  readonly sizes: readonly number[];
}

/** The page, open in a tab of its own. */
export class DemoPage {
  readonly page: Page;
  /** What the page complained of on the console. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('requestfailed', (request) => this.complaints.push(`not loaded: ${request.url()}`));
  }

  static async open(browser: Browser, server: PreviewServer): Promise<DemoPage> {
    const page = await browser.newPage();
    const demo = new DemoPage(page);
    await page.goto(`${server.resolvedUrls!.local[0]}${PATH}/`);
    return demo;
  }

  /** Drags a file from outside the browser onto the page. */
  async drop(path: string): Promise<void> {
    const client = await this.page.createCDPSession();
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await client.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
    }
    await client.detach();
  }

  async choose(path: string): Promise<void> {
    const input = (await this.page.$('#file')) as Awaited<ReturnType<typeof this.page.$<'input'>>>;
    await input!.uploadFile(path);
  }

  /** Waits until an element is to be seen, and gives its text. */
  async textOf(selector: string, timeout = 30_000): Promise<string> {
    const element = await this.page.waitForSelector(selector, { visible: true, timeout });
    return element!.evaluate(({ textContent }) => textContent.trim());
  }

  async fill(selector: string, value: string): Promise<void> {
    await this.page.$eval(selector, (input) => {
      (input as HTMLInputElement).value = '';
    });
    await this.page.type(selector, value);
  }

  /** Waits for the fit that was begun. */
  async result(timeout = 60_000): Promise<ShownResult> {
    await this.page.waitForFunction(
      () => document.querySelector('#status')?.textContent.startsWith('Done'),
      { timeout },
    );
    return this.page.evaluate(() => ({
      facts: Object.fromEntries(
        Array.from(document.querySelectorAll('#facts > div'), (fact) => [
          fact.querySelector('dt')!.textContent,
          fact.querySelector('dd')!.textContent,
        ]),
      ),
      sizes: Array.from(document.querySelectorAll('#sizes td:nth-child(2)'), ({ textContent }) =>
        Number(textContent.replaceAll(',', '')),
      ),
    }));
  }

  /** Presses the download button, and gives the file's text. */
  async download(name: string): Promise<string> {
    const client = await this.page.createCDPSession();
    await client.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: outDir,
      eventsEnabled: true,
    });
    const done = new Promise<void>((resolve) => {
      client.on('Browser.downloadProgress', ({ state }) => {
        if (state === 'completed') resolve();
      });
    });
    await this.page.click('#download');
    await done;
    await client.detach();
    return readFile(join(outDir, name), 'utf8');
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(outDir, `${name}.png`), fullPage: true });
  }
}
