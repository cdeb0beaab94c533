/** One page of the site in a browser, and what a person does with it. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type axe from 'axe-core';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { expect } from 'vitest';

const axeSource = await readFile(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

interface Where {
  /** The browser. */
  readonly name: string;
  /** For what the page leaves. */
  readonly folder: string;
}

export class SitePage {
  readonly page: Page;
  /** What the page complained of on the console, and what it could not load. */
  readonly complaints: string[] = [];
  readonly warnings: string[] = [];
  readonly #folder: string;
  readonly #browserName: string;

  private constructor(page: Page, { name, folder }: Where) {
    this.page = page;
    this.#folder = folder;
    this.#browserName = name;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
      if (message.type() === 'warn') this.warnings.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // Not what was under way as the page was left.
      if (!/abort/i.test(why)) this.#complainOf(request.url(), why);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.#complainOf(response.url(), String(response.status()));
    });
  }

  #complainOf(url: string, why: string): void {
    // Firefox may ask for one before it has read that the page names its own.
    if (!url.endsWith('/favicon.ico')) this.complaints.push(`not loaded (${why}): ${url}`);
  }

  static async open(browser: Browser, url: string, where: Where): Promise<SitePage> {
    await mkdir(where.folder, { recursive: true });
    const page = await browser.newPage();
    const sitePage = new SitePage(page, where);
    await page.setViewport({ width: 1200, height: 900 });
    await page.goto(url);
    await page.waitForSelector('main:not([inert])');
    return sitePage;
  }

  /** Writes a file to bring to the page, and gives its path. */
  async writeInput(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, content);
    return path;
  }

  /** Drops a file onto the middle of the page. */
  async drop(path: string): Promise<void> {
    const bytes = await readFile(path, 'base64');
    await this.page.evaluate(
      (name, base64) => {
        const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([content], name));
        const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2) ?? document.body;
        for (const type of ['dragenter', 'dragover', 'drop']) {
          target.dispatchEvent(
            new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }),
          );
        }
      },
      basename(path),
      bytes,
    );
  }

  /** Chooses a file in the page's file dialog. */
  async choose(path: string, selector = '#file'): Promise<void> {
    const input = await this.page.$(selector);
    await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
  }

  /** Waits until an element is to be seen, and gives its text. */
  async textOf(selector: string, timeout = 30_000): Promise<string> {
    const element = await this.page.waitForSelector(selector, { visible: true, timeout });
    return element!.evaluate(({ textContent }) => textContent.trim().replace(/\s+/g, ' '));
  }

  /** Whether an element is there and to be seen now. */
  async shows(selector: string): Promise<boolean> {
    const element = await this.page.$(selector);
    return element ? element.isVisible() : false;
  }

  /** Waits until the text of an element matches, and gives it. */
  async waitForText(selector: string, pattern: RegExp, timeout = 60_000): Promise<string> {
    const text = this.page.waitForFunction(
      (wanted, source) => {
        const found = document.querySelector(wanted)?.textContent ?? '';
        return new RegExp(source).test(found) && found;
      },
      { timeout, polling: 50 },
      selector,
      pattern.source,
    );
    try {
      return (await (await text).jsonValue()) as string;
    } catch (cause) {
      const error = (await this.shows('#error')) ? await this.textOf('#error') : 'no error';
      throw new Error(`${selector} never showed ${pattern}; the page shows ${error}`, { cause });
    }
  }

  /** Waits for what the page says when an action is done, or for its error sentence, and gives it. */
  async outcome(timeout = 120_000): Promise<string> {
    const text = await this.page.waitForFunction(
      () => {
        if (!document.querySelector<HTMLElement>('#task')?.hidden) return '';
        const error = document.querySelector<HTMLElement>('#error')!;
        return (
          (error.hidden ? '' : error.textContent) || document.querySelector('#status')!.textContent
        );
      },
      { timeout, polling: 50 },
    );
    return text.jsonValue();
  }

  /** Presses Cancel as soon as it is to be seen. */
  async pressCancel(): Promise<void> {
    await this.page.waitForFunction(
      () => {
        const task = document.querySelector<HTMLElement>('#task')!;
        return !task.hidden && getComputedStyle(task).opacity === '1';
      },
      { polling: 'raf' },
    );
    await this.page.click('#cancel');
  }

  /** Types over what an input holds. */
  async fill(selector: string, value: string): Promise<void> {
    await this.page.$eval(selector, (input) => {
      (input as HTMLInputElement).value = '';
    });
    await this.page.type(selector, value);
  }

  /** The facts of a <dl class="facts">, by name. */
  facts(selector = '.facts'): Promise<Readonly<Record<string, string>>> {
    return this.page.$eval(selector, (list) =>
      Object.fromEntries(
        Array.from(list.children, (fact) => [
          fact.querySelector('dt')!.textContent,
          fact.querySelector('dd')!.textContent,
        ]),
      ),
    );
  }

  /** Presses a download button, and gives the path of the file. */
  async download(selector: string, name: string): Promise<string> {
    const path = join(this.#folder, name);
    // What an earlier test left would be taken for it.
    await rm(path, { force: true });
    await this.page.click(selector);
    // Firefox puts an empty file there first, and what has come so far beside it.
    const isThere = () =>
      existsSync(path) && !existsSync(`${path}.part`) && statSync(path).size > 0;
    await expect.poll(isThere, { timeout: 20_000 }).toBe(true);
    return path;
  }

  /** Does `work`, and says how long at most the page's thread did not answer meanwhile. */
  async timeSilence(what: string, work: () => Promise<void>): Promise<void> {
    await this.page.evaluate(() => {
      const watch = { longest: 0, last: performance.now(), timer: 0 };
      watch.timer = window.setInterval(() => {
        const now = performance.now();
        watch.longest = Math.max(watch.longest, now - watch.last);
        watch.last = now;
      }, 10);
      Object.assign(window, { watch });
    });
    const start = performance.now();
    await work();
    const seconds = (performance.now() - start) / 1000;
    const longest = await this.page.evaluate(() => {
      const { watch } = window as unknown as { watch: { longest: number; timer: number } };
      clearInterval(watch.timer);
      return watch.longest;
    });
    console.info(
      `${what}, ${this.#browserName}: ${seconds.toFixed(1)} s, the page's longest silence ${longest.toFixed(0)} ms`,
    );
  }

  /** Fails where the page is wider than its window. */
  async expectNoSidewaysScroll(): Promise<void> {
    const [content, window] = await this.page.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
    ]);
    expect(content).toBeLessThanOrEqual(window);
  }

  /** Fails on what axe-core finds against WCAG 2.2 AA or good practice. */
  async expectAccessible(): Promise<void> {
    await this.page.evaluate(axeSource);
    const violations = await this.page.evaluate(async () => {
      const { run } = (window as unknown as { axe: typeof axe }).axe;
      const found = await run(document);
      return found.violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join('; ')}`,
      );
    });
    expect(violations).toEqual([]);
  }

  /** A picture of the whole page, out/demo/TEST/BROWSER/NAME.png; none in CI, where nobody looks at it. */
  async screenshot(name: string): Promise<void> {
    if (process.env.CI) return;
    await this.page.screenshot({
      path: join(this.#folder, `${name}.png`),
      fullPage: true,
    });
  }

  /**
   * Pictures in light and dark and, light again, on a phone, checked for accessibility and width. In
   * Firefox, which cannot be told the scheme while it runs, all are dark.
   */
  async checkLooks(name: string): Promise<void> {
    for (const value of this.#browserName === 'chromium' ? ['light', 'dark'] : ['dark']) {
      if (this.#browserName === 'chromium') {
        await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      }
      await this.expectAccessible();
      await this.screenshot(`${name}-${value}`);
    }
    if (this.#browserName === 'chromium') {
      await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    }
    await this.page.setViewport({ width: 360, height: 740 });
    await this.expectNoSidewaysScroll();
    await this.screenshot(`${name}-phone`);
    await this.page.setViewport({ width: 1200, height: 900 });
  }

  /** Follows a link. */
  async follow(selector: string): Promise<void> {
    const href = await this.page.$eval(selector, (link) => (link as HTMLAnchorElement).href);
    await this.page.click(selector);
    await this.#arriveAt(href);
  }

  /** Goes back to the page before, which was at `url`. */
  async back(url: string): Promise<void> {
    await this.page.evaluate(() => {
      history.back();
    });
    await this.#arriveAt(url);
  }

  async #arriveAt(url: string): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => location.href === wanted && document.readyState === 'complete',
      { polling: 100 },
      url,
    );
  }
}
