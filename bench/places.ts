/** Where jobs run: a Node process, or a page, that is there for one job only. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';
import { preview } from 'vite';
import { launchOptions } from '../test/engines/chromium_launch.js';
import type { Ceiling } from './ceiling.js';
import type { Driver } from './drivers.js';
import type { Answer, Job } from './job.js';
import type { Measured } from './measure.js';

/** What a job came to. Figures known before a failure are there too. */
export interface Outcome {
  readonly figures: Measured;
  readonly adapter?: string;
  readonly ceiling?: Ceiling;
  /** Why it went no further. */
  readonly problem?: string;
}

export interface Place {
  /** The driver, the browser, or 'cpu'. */
  readonly name: string;
  /** Never rejects: a crash, or the end of its time, is an outcome too. */
  run(job: Job, limitMilliseconds: number): Promise<Outcome>;
}

const folder = dirname(process.argv[1]);
/** The built page, and under it the data. */
export const siteFolder = join(folder, 'site');
export const dataFolder = join(siteFolder, 'data');

/** Puts answers together as they come. */
class Collector {
  #outcome: Outcome = { figures: {} };
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;

  constructor() {
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  readonly add = (answer: Answer): void => {
    const { figures } = this.#outcome;
    switch (answer.kind) {
      case 'adapter':
        this.#outcome = { ...this.#outcome, adapter: answer.adapter };
        break;
      case 'ceiling':
        this.#outcome = { ...this.#outcome, ceiling: answer.ceiling };
        break;
      case 'figures':
        this.#outcome = { ...this.#outcome, figures: { ...figures, ...answer.figures } };
        break;
      case 'failed':
        this.fail(answer.message);
        break;
      case 'done':
        this.#end();
    }
  };

  /** As `add`; an ended process may have left half an answer. */
  addLine(line: string): void {
    try {
      this.add(JSON.parse(line) as Answer);
    } catch {
      this.fail('its answer was cut short');
    }
  }

  /** Only the first problem counts: later ones follow from it. */
  fail(message: string): void {
    this.#outcome = { problem: message.split('\n')[0].trim(), ...this.#outcome };
    this.#end();
  }

  /** Once the job is done, has failed, or its time is up. */
  async outcome(limitMilliseconds: number): Promise<Outcome> {
    const timer = setTimeout(() => {
      this.fail(`cut off after ${limitMilliseconds / 1000} s`);
    }, limitMilliseconds);
    await this.#ended;
    clearTimeout(timer);
    return this.#outcome;
  }
}

/** Bytes of what a process wrote that are kept to explain its end. */
const TAIL_LENGTH = 400;

/** Node processes: with Dawn on this driver, or without WebGPU. */
export function nodePlace(driver?: Driver): Place {
  const variables = driver && { ...driver.variables, BENCH_WITH_DAWN: '1' };
  return {
    name: driver?.name ?? 'cpu',
    async run(job, limitMilliseconds) {
      const collector = new Collector();
      const child = spawn(
        process.execPath,
        [
          '--max-old-space-size=12000',
          join(folder, 'node_worker.js'),
          JSON.stringify(job),
          dataFolder,
        ],
        { env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let tail = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        tail = `${tail}${text}`.slice(-TAIL_LENGTH);
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        // Libraries greet on the standard output.
        if (line.startsWith('{"kind":')) collector.addLine(line);
      });
      const closed = new Promise<void>((resolve) => {
        child.on('close', (code, signal) => {
          collector.fail(`its process ended with ${signal ?? `code ${String(code)}`}: ${tail}`);
          resolve();
        });
      });
      const outcome = await collector.outcome(limitMilliseconds);
      child.kill('SIGKILL');
      await closed;
      return outcome;
    },
  };
}

/** Headers with which a page is cross-origin isolated: a sharp clock, and threads for WebAssembly. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface ChromePlaces {
  readonly adapter: Place;
  readonly cpu: Place;
  readonly close: () => Promise<void>;
}

/** Pages in a headless Chrome of their own, on SwiftShader or on the machine's own adapter. */
export async function chromePlaces(adapter: 'swiftshader' | 'default'): Promise<ChromePlaces> {
  const server = await preview({
    configFile: false,
    logLevel: 'warn',
    build: { outDir: siteFolder },
    preview: { host: '127.0.0.1', port: 0, headers: HEADERS },
  });
  const url = `${server.resolvedUrls!.local[0]}page.html`;
  const { args = [], ...options } = await launchOptions();
  const flags = [
    ...args.filter((flag) => adapter === 'swiftshader' || !flag.startsWith('--use-webgpu-adapter')),
    // On a processor some peers' dispatches take longer than it waits for.
    '--disable-gpu-watchdog',
  ];
  const run: Place['run'] = async (job, limitMilliseconds) => {
    const collector = new Collector();
    const browser = await puppeteer.launch({ ...options, args: flags, protocolTimeout: 0 });
    try {
      const page = await browser.newPage();
      page.on('error', (error) => {
        collector.fail(`the page crashed: ${error.message}`);
      });
      await page.exposeFunction('answerJob', collector.add);
      await page.goto(url);
      page
        .evaluate((asked) => globalThis.runJob(asked), job)
        .catch((error: unknown) => {
          collector.fail((error as Error).message);
        });
      return await collector.outcome(limitMilliseconds);
    } finally {
      // A page that computes does not close when asked.
      browser.process()?.kill('SIGKILL');
      await browser.close().catch(() => undefined);
    }
  };
  return {
    adapter: { name: adapter === 'swiftshader' ? 'chrome-swiftshader' : 'chrome', run },
    cpu: { name: 'cpu', run },
    close: () => server.close(),
  };
}
