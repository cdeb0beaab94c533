/** Engines that are a child process: Node with Dawn, and Deno. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Variables } from '../../src/cli/vulkan.js';
import { DEFAULT_TIMEOUT_MS, type RunningEngine } from './engine.js';
import {
  type CaseRequest,
  type CaseResult,
  type ChildMessage,
  describeFacts,
  failure,
  RECORD_SEPARATOR,
} from './protocol.js';
import { startServer } from './server.js';

export interface ChildCommand {
  readonly program: string;
  /** The arguments, child.js last; the fixtures' URL is appended. */
  readonly programArguments: readonly string[];
  /** Set beside this process's own variables. */
  readonly variables: Variables;
}

/** How much of what a process wrote is kept to explain its end. */
const TAIL_LENGTH = 2000;
const START_TIMEOUT_MS = 60_000;

/** One process, from its start to its end. */
class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  #tail = '';
  #ended: string | undefined;
  #receive: (message: ChildMessage | Error) => void = () => undefined;

  constructor({ program, programArguments, variables }: ChildCommand, files: string) {
    this.#process = spawn(program, [...programArguments, files], {
      env: { ...process.env, ...variables },
    });
    const keep = (text: string) => {
      this.#tail = `${this.#tail}${text}`.slice(-TAIL_LENGTH);
    };
    this.#process.stderr.setEncoding('utf8').on('data', keep);
    // Writing to a process that has just ended is not an error of its own.
    this.#process.stdin.on('error', () => undefined);
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const at = line.indexOf(RECORD_SEPARATOR);
      if (at === -1) keep(`${line}\n`);
      else this.#receive(JSON.parse(line.slice(at + 1)) as ChildMessage);
    });
    this.#process.on('error', (error) => {
      this.#end(`could not be started: ${error.message}`);
    });
    this.#process.on('close', (code, signal) => {
      this.#end(`ended with ${signal === null ? `code ${String(code)}` : `signal ${signal}`}`);
    });
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  #end(how: string): void {
    this.#ended ??= `the process ${how}\n${this.#tail.trim()}`.trim();
    this.#receive(new Error(this.#ended));
  }

  /** The next message. Rejects when the process ends, or is ended because time is up. */
  async next(timeoutMs: number): Promise<ChildMessage> {
    if (this.#ended !== undefined) throw new Error(this.#ended);
    let timer: NodeJS.Timeout | undefined;
    const message = await new Promise<ChildMessage | Error>((resolve) => {
      this.#receive = resolve;
      timer = setTimeout(() => {
        resolve(new Error(`timed out after ${timeoutMs} ms\n${this.#tail.trim()}`.trim()));
      }, timeoutMs);
    });
    clearTimeout(timer);
    if (!(message instanceof Error)) return message;
    await this.kill();
    throw message;
  }

  send(request: CaseRequest): void {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
  }

  async kill(): Promise<void> {
    if (this.ended) return;
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
  }
}

/** Starts the process. Rejects, with what it wrote, when it does not get as far as an adapter. */
export async function startChildEngine(command: ChildCommand): Promise<RunningEngine> {
  const server = await startServer();

  async function startChild(): Promise<{ child: Child; adapter: string }> {
    const child = new Child(command, server.url);
    const message = await child.next(START_TIMEOUT_MS);
    if (message.kind !== 'ready') throw new Error('a child process sent a result unasked.');
    return { child, adapter: describeFacts(message.facts) };
  }

  async function runCase(request: CaseRequest, timeoutMs: number): Promise<CaseResult> {
    if (child.ended) ({ child } = await startChild());
    const result = child.next(timeoutMs);
    child.send(request);
    const message = await result;
    if (message.kind !== 'result') throw new Error('a child process started twice.');
    return message.result;
  }

  const first = await startChild().catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  let { child } = first;
  return {
    adapter: first.adapter,
    run: async (suite, { name, timeoutMs = DEFAULT_TIMEOUT_MS }) => {
      const start = performance.now();
      return runCase({ suite, case: name }, timeoutMs).catch((error: unknown) =>
        failure((error as Error).message, Math.round(performance.now() - start)),
      );
    },
    stop: async () => {
      await child.kill();
      await server.stop();
    },
  };
}
