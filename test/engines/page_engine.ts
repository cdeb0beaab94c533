/** Engines that are a browser: cases run in a page that loads the bundle and the built library. */
import puppeteer, { type Browser, type LaunchOptions, type Page } from 'puppeteer-core';
import { DEFAULT_TIMEOUT_MS, type RunningEngine } from './engine.js';
import type { PageConformance } from './page.js';
import { type CaseResult, describeFacts, failure } from './protocol.js';
import { type StaticServer, startServer } from './server.js';

/** On a busy machine they took more than 200. */
const EVENTS_MS = 1000;

/** A browser with the one page in which cases run. */
interface OpenPage {
  readonly browser: Browser;
  readonly page: Page;
  /** Errors the page reported by itself since this was last emptied. */
  errors: string[];
  /** Why no further case may run here, once there is a reason. */
  broken: string | undefined;
}

async function openPage(options: LaunchOptions, { url }: StaticServer): Promise<OpenPage> {
  const browser = await puppeteer.launch({ ...options, protocolTimeout: 0 });
  try {
    const page = await browser.newPage();
    const open: OpenPage = { browser, page, errors: [], broken: undefined };
    page.on('console', (message) => {
      if (message.type() === 'error') open.errors.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => open.errors.push(`page: ${String(error)}`));
    await page.goto(url);
    await page.evaluate(() => {
      Object.assign(globalThis, { asOpened: true });
    });
    page.on('error', (error) => (open.broken ??= `the page crashed: ${error.message}`));
    page.on('framenavigated', () => (open.broken ??= 'the page was loaded anew or left'));
    page.on('close', () => (open.broken ??= 'the page was closed'));
    browser.on('disconnected', () => (open.broken ??= 'the browser ended'));
    return open;
  } catch (error) {
    await closeBrowser(browser);
    throw error;
  }
}

/** A browser whose page hangs may not close by itself. */
async function closeBrowser(browser: Browser): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, 5000).unref());
  await Promise.race([browser.close().catch(() => undefined), patience]);
  browser.process()?.kill('SIGKILL');
}

/** Resolves to the work's result, or rejects when time is up. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`timed out after ${timeoutMs} ms`));
    }, timeoutMs);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}

/** Only to be named inside `evaluate`, where it is a global of the page. */
declare const conformance: PageConformance;
/** Likewise: set when the page was opened, so gone when it was loaded anew. */
declare const asOpened: boolean | undefined;

/** Whether the page is another than the one that was opened. Rejects where it does not answer. */
function wasReplaced({ page }: OpenPage): Promise<boolean> {
  return within(
    EVENTS_MS,
    page.evaluate(() => typeof asOpened === 'undefined'),
  );
}

async function adapterOf({ page, errors }: OpenPage): Promise<string> {
  try {
    return describeFacts(await page.evaluate(() => conformance.adapterFacts()));
  } catch (error) {
    throw new Error([(error as Error).message, ...errors].join('\n'), { cause: error });
  }
}

function runInPage({ page }: OpenPage, suite: string, name: string): Promise<CaseResult> {
  return page.evaluate(
    (suiteName, caseName) => conformance.runCase(suiteName, caseName),
    suite,
    name,
  );
}

/** Starts the browser. Rejects when it does not get as far as an adapter. */
export async function startPageEngine(options: LaunchOptions): Promise<RunningEngine> {
  const server = await startServer();
  let open: OpenPage;
  let adapter: string;
  try {
    open = await openPage(options, server);
    adapter = await adapterOf(open).catch(async (error: unknown) => {
      await closeBrowser(open.browser);
      throw error;
    });
  } catch (error) {
    await server.stop();
    throw error;
  }

  async function runCase(
    suite: string,
    name: string,
    timeoutMs: number,
    provokesDeviceErrors: boolean,
  ): Promise<CaseResult> {
    if (open.broken !== undefined) {
      await closeBrowser(open.browser);
      open = await openPage(options, server);
    }
    open.errors = [];
    try {
      const result = await within(timeoutMs, runInPage(open, suite, name));
      // Some browsers write the device's errors to their console as well.
      if (provokesDeviceErrors || open.errors.length === 0) return result;
      const lines = [...(result.error ? [result.error.message] : []), ...open.errors].join('\n');
      return { ...failure(lines, result.milliseconds, result.error?.stack), notes: result.notes };
    } catch (error) {
      // The events that tell why come later than the rejection.
      await new Promise((resolve) => setTimeout(resolve, EVENTS_MS));
      // A busy browser may tell of a reload much later still.
      if (open.broken === undefined && (await wasReplaced(open).catch(() => false))) {
        open.broken = 'the page was loaded anew or left';
      }
      const lines = [
        (error as Error).message,
        ...(open.broken ? [open.broken] : []),
        ...open.errors,
      ];
      // Whatever still runs in there would disturb the next case.
      open.broken ??= 'a case did not come to its end';
      throw new Error(lines.join('\n'), { cause: error });
    }
  }

  return {
    adapter,
    run: async (suite, { name, timeoutMs = DEFAULT_TIMEOUT_MS, provokesDeviceErrors = false }) => {
      const start = performance.now();
      return runCase(suite, name, timeoutMs, provokesDeviceErrors).catch((error: unknown) =>
        failure((error as Error).message, Math.round(performance.now() - start)),
      );
    },
    stop: async () => {
      await closeBrowser(open.browser);
      await server.stop();
    },
  };
}
