/** A Dask cluster on loopback, and the command line as its users start it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../src/math/random.js';

/** Debian's, to whose packages Dask and mpi4py belong. */
export const PYTHON = '/usr/bin/python3';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const PRELOAD = fileURLToPath(new URL('../../scale/webgpu_clustering_dask.py', import.meta.url));

/** Whether a module is there; in CI it must be. */
export function hasPython(module: string): boolean {
  const found = spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;
  if (!found && process.env.CI === 'true') throw new Error(`${PYTHON} has no module ${module}.`);
  return found;
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has printed so far, on either stream. */
  readonly text: () => string;
  /** Resolves once it has printed that. */
  readonly printed: (what: RegExp) => Promise<void>;
  readonly ended: Promise<number | null>;
  readonly stdout: () => string;
}

export function start(program: string, args: readonly string[], env = process.env): Running {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let text = '';
  let stdout = '';
  const waiting = new Set<() => void>();
  const take = (piece: unknown) => {
    text += String(piece);
    for (const look of waiting) look();
  };
  child.stdout.on('data', (piece) => {
    stdout += String(piece);
    take(piece);
  });
  child.stderr.on('data', take);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const printed = (what: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!what.test(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then((code) => {
        look();
        reject(
          new Error(
            `${program} ended by ${String(code)} before it printed ${String(what)}:\n${text}`,
          ),
        );
      });
    });
  return { child, pid: child.pid!, text: () => text, printed, ended, stdout: () => stdout };
}

const fits = new Set<Running>();

/** `webgpu-clustering ARGS`. */
export function cli(...args: readonly string[]): Running {
  const fit = start(process.execPath, [CLI, ...args]);
  fits.add(fit);
  void fit.ended.then(() => fits.delete(fit));
  return fit;
}

/** Ends what a test that failed has left: two fits at once take each other's rows from the workers. */
export async function endFits(): Promise<void> {
  for (const { child, ended } of fits) {
    child.kill('SIGKILL');
    await ended;
  }
}

/** What it prints as JSON; throws where it fails. */
export async function json(run: Running): Promise<Record<string, unknown>> {
  const code = await run.ended;
  if (code !== 0) throw new Error(`exit code ${String(code)}:\n${run.text()}`);
  return JSON.parse(run.stdout()) as Record<string, unknown>;
}

export class Cluster {
  readonly address: string;
  readonly #scheduler: Running;
  readonly #workers: Running[] = [];
  /** Every Node process that was seen behind a worker. */
  readonly servers = new Set<number>();

  private constructor(address: string, scheduler: Running) {
    this.address = address;
    this.#scheduler = scheduler;
  }

  static async start(): Promise<Cluster> {
    const port = await freePort();
    const words = ['--host', '127.0.0.1', '--port', String(port), '--no-dashboard'];
    const scheduler = start('/usr/bin/dask-scheduler', words);
    await scheduler.printed(/Scheduler at:/);
    return new Cluster(`tcp://127.0.0.1:${port}`, scheduler);
  }

  async worker(device = 'cpu'): Promise<Running> {
    const worker = start(
      '/usr/bin/dask-worker',
      [
        ...[this.address, '--host', '127.0.0.1', '--nthreads', '1', '--nworkers', '1'],
        ...['--no-nanny', '--no-dashboard', '--memory-limit', '0'],
        ...['--preload', PRELOAD, '--device', device, '--node', process.execPath],
      ],
      { ...process.env, OMP_NUM_THREADS: '1' },
    );
    this.#workers.push(worker);
    await worker.printed(/Registered to:/);
    return worker;
  }

  /** Workers until there are so many. */
  async grow(count: number): Promise<readonly Running[]> {
    const alive = () => this.#workers.filter(({ child }) => isAlive(child));
    const missing = Math.max(0, count - alive().length);
    await Promise.all(Array.from({ length: missing }, () => this.worker()));
    return alive();
  }

  /** The Node process behind a worker. */
  serverOf(worker: Running): number {
    const server = childrenOf(worker.pid).at(0);
    if (server === undefined) throw new Error('the worker has no Node process');
    this.servers.add(server);
    return server;
  }

  async killWorkers(): Promise<void> {
    for (const worker of this.#workers.splice(0)) {
      for (const server of childrenOf(worker.pid)) this.servers.add(server);
      worker.child.kill('SIGKILL');
      await worker.ended;
    }
  }

  async stop(): Promise<void> {
    await this.killWorkers();
    this.#scheduler.child.kill('SIGKILL');
    await this.#scheduler.ended;
  }
}

const isAlive = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

export function childrenOf(pid: number): number[] {
  const listed = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return listed.stdout.trim().split(/\s+/).filter(Boolean).map(Number);
}

/** Whether a process is there and no zombie. */
export async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return status !== '' && !/^State:\s+Z/m.test(status);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

/** n x d float32 as numpy.save writes it. */
export async function writeNpy(path: string, data: Float32Array, d: number): Promise<void> {
  const shape = `(${data.length / d}, ${d})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(length, 8);
  const rows = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  await writeFile(path, Buffer.concat([head, Buffer.from(`${text.padEnd(length - 1)}\n`), rows]));
}

/** Rows without clusters, on which K-means goes on for long. */
export function spreadRows(n: number, d: number): Float32Array {
  const random = createRandom(1);
  return Float32Array.from({ length: n * d }, () => 100 + random.next());
}
