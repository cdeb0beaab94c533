/** The built site in each browser, used as a person would. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer, { type Browser, type LaunchOptions } from 'puppeteer-core';
import { preview, type PreviewServer } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { checkSite, root } from '../engines/bundle.js';
import { selectBrowsers, type SiteBrowser } from './browsers.js';
import { SitePage } from './site_page.js';

/** Where screenshots and downloads are left: a folder for each test file. */
const outDir = join(root, 'out', 'demo');
const configFile = join(root, 'vite.demo.config.ts');
/** Not at the root of the host: the site must work from any path. */
const PATH = '/some/where/';

/** Serves the built site, demo/dist. */
async function serveSite(): Promise<PreviewServer> {
  await checkSite();
  return preview({
    configFile,
    logLevel: 'error',
    base: PATH,
    preview: { host: '127.0.0.1', port: 0 },
  });
}

/** What a test file gets: the site, in one browser. */
export class Site {
  readonly browserName: SiteBrowser['name'];
  /**
   * Whether this browser is the one for tests of what hangs on none: what a page makes of its settings
   * and of the library's results. With CASES=all each is.
   */
  readonly speaksForAll: boolean;
  /** Where this browser's screenshots and downloads go, and inputs may be written. */
  readonly folder: string;
  readonly #launchOptions: () => Promise<LaunchOptions>;
  #server: PreviewServer | undefined;
  #browser: Browser | undefined;
  readonly #pages: SitePage[] = [];

  constructor(
    name: string,
    { name: browserName, launchOptions }: SiteBrowser,
    speaksForAll: boolean,
  ) {
    this.browserName = browserName;
    this.speaksForAll = speaksForAll;
    this.folder = join(outDir, name, browserName);
    this.#launchOptions = () => launchOptions(this.folder);
  }

  /** Serves the site and starts the browser. */
  async start(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true });
    this.#server = await serveSite();
    this.#browser = await puppeteer.launch(await this.#launchOptions());
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#server?.close();
  }

  /** Opens a page of the site ('' is the first, 'data/' that in demo/data) in a tab of its own. */
  async open(path: string): Promise<SitePage> {
    const page = await SitePage.open(this.#browser!, this.#urlOf(path), this.#where);
    this.#pages.push(page);
    return page;
  }

  /** Does `work` with a page in a browser that has no WebGPU. */
  async withoutAdapter(path: string, work: (page: SitePage) => Promise<void>): Promise<void> {
    const { args = [], ...options } = await this.#launchOptions();
    const browser = await puppeteer.launch({
      ...options,
      args: args.filter((argument) => !argument.includes('webgpu')),
      extraPrefsFirefox: { ...options.extraPrefsFirefox, 'dom.webgpu.enabled': false },
    });
    try {
      const page = await SitePage.open(browser, this.#urlOf(path), this.#where);
      await work(page);
      expect(page.complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  }

  /** Closes the pages of a test, and fails where one complained on the console. */
  async finish(): Promise<void> {
    for (const { page, complaints } of this.#pages.splice(0)) {
      await page.close();
      expect(complaints).toEqual([]);
    }
  }

  get #where() {
    return { name: this.browserName, folder: this.folder };
  }

  #urlOf(path: string): string {
    return `${this.#server!.resolvedUrls!.local[0]}${path}`;
  }
}

/**
 * Declares tests of the site for every browser.
 *
 * @param name a folder name for what they leave, out/demo/NAME/BROWSER
 */
export async function inEveryBrowser(
  name: string,
  declareTests: (site: Site) => void,
): Promise<void> {
  const browsers = await selectBrowsers();
  for (const browser of browsers) {
    // Firefox where it is: on lavapipe, it is the quicker.
    const speaksForAll = browser === browsers.at(-1) || process.env.CASES === 'all';
    const site = new Site(name, browser, speaksForAll);
    describe(browser.name, () => {
      beforeAll(async () => {
        if (browser.missing !== undefined) throw new Error(browser.missing);
        await site.start();
      });
      afterAll(() => site.stop());
      afterEach(() => site.finish());
      declareTests(site);
    });
  }
}
