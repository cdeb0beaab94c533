/** Where the shards of a fit are: in this process, or with workers that an adapter's process asks. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { version } from '../../../package.json';
import { ClusteringError, InvalidArgumentError } from '../../index.js';
import {
  type Asked,
  askedOf,
  checkAnswer,
  FAN_IN,
  isObject,
  type Load,
  LocalShards,
  type Message,
  type Shards,
  serveShards,
} from '../../shard/index.js';
import { type DeviceChoice, placeWork } from '../device.js';
import { Channel } from './channel.js';
import { writePart } from './part_file.js';
import { openShard, type Sources } from './sources.js';

/** Workers cannot do what they are asked. */
export class WorkersError extends ClusteringError {
  override readonly name = 'WorkersError';

  constructor(message: string) {
    super('workers', message);
  }
}

export interface WorkersOptions {
  /** tcp://HOST:PORT of a Dask scheduler, mpi:RANKS, or local. */
  readonly workers: string;
  readonly python: string;
  /** Seconds without any worker after which the fit ends. */
  readonly workerTimeout: number;
  readonly device: DeviceChoice;
}

/** What a fit over shards tells, and what ends it. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onAsked: (asked: Asked) => void;
  /** Told, in sentences, what a user should know of the workers. */
  readonly notice: (sentence: string) => void;
}

/** Seconds that a scheduler may take to answer. */
const CONNECT_SECONDS = 10;

/** Does `work` with the shards, wherever the option `workers` has them. */
export async function withShards<T>(
  sources: Sources,
  options: WorkersOptions,
  watch: Watch,
  work: (shards: Shards) => Promise<T>,
): Promise<T> {
  if (options.workers === 'local') return withLocal(sources, options, watch, work);
  const { program, args } = adapterOf(options);
  const env = { ...process.env, WEBGPU_CLUSTERING_DEVICE: options.device };
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const channel = new Channel(child, program);
  const stop = () => {
    child.kill();
  };
  watch.signal.addEventListener('abort', stop);
  try {
    const opened = checkAnswer(
      await channel.ask({
        header: {
          op: 'open',
          scheduler: options.workers,
          shards: sources.shards,
          fit: randomUUID(),
          version,
          fanIn: FAN_IN,
          timeout: options.workerTimeout,
          connect: CONNECT_SECONDS,
        },
        arrays: {},
      }),
    );
    checkWorkers(opened, watch.notice);
    return await work(new RemoteShards(channel, sources, watch.onAsked));
  } catch (error) {
    watch.signal.throwIfAborted();
    throw error;
  } finally {
    watch.signal.removeEventListener('abort', stop);
    await channel.close();
  }
}

async function withLocal<T>(
  { shards, shape }: Sources,
  { device }: WorkersOptions,
  { signal, onAsked, notice }: Watch,
  work: (shards: Shards) => Promise<T>,
): Promise<T> {
  const runtime = await placeWork(device, notice);
  const served = { ...(runtime && { runtime }), version, open: openShard, write: writePart };
  return serveShards(served, (answer) => {
    const ask = (index: number, { header, arrays }: Message, load?: Load) =>
      answer({ header: { ...header, shard: shards[index], load, version }, arrays });
    return work(new LocalShards(shards.length, shape, ask, { onAsked, signal }));
  });
}

/** The program that speaks with the workers. */
function adapterOf({ workers, python }: WorkersOptions): {
  readonly program: string;
  readonly args: readonly string[];
} {
  const script = (name: string) =>
    fileURLToPath(new URL(/* @vite-ignore */ `../scale/${name}`, import.meta.url));
  if (/^(?:tcp|tls|ucx):\/\//.test(workers)) {
    return { program: python, args: [script('webgpu_clustering_dask.py')] };
  }
  const ranks = /^mpi:(\d+)$/.exec(workers)?.[1];
  if (ranks !== undefined && Number(ranks) > 0) {
    const words = (process.env.WEBGPU_CLUSTERING_MPIRUN ?? 'mpirun').split(' ');
    const [program, ...more] = words;
    return { program, args: [...more, '-n', ranks, python, script('webgpu_clustering_mpi.py')] };
  }
  throw new InvalidArgumentError(
    'workers',
    `--workers is ${workers}; give a Dask scheduler's address (tcp://host:8786), mpi:RANKS, or local.`,
  );
}

/** Refuses workers that are not what this process is, and says what should be known of them. */
function checkWorkers({ header: { workers } }: Message, notice: (sentence: string) => void): void {
  const told = Array.isArray(workers) ? workers.filter(isObject) : [];
  const nameOf = ({ host, address }: (typeof told)[number]) =>
    [host, address].filter((part) => typeof part === 'string').join(' ');
  for (const worker of told) {
    if (worker.version === undefined) {
      throw new WorkersError(
        `The worker ${nameOf(worker)} was started without --preload webgpu_clustering_dask.py; start it with that.`,
      );
    }
    if (worker.version !== version) {
      throw new WorkersError(
        `The worker ${nameOf(worker)} runs version ${JSON.stringify(worker.version)} of webgpu-clustering, but this is ${version}; install one version on all machines.`,
      );
    }
  }
  const onCpu = told.filter(({ engine }) => engine === 'cpu');
  if (onCpu.length > 0 && onCpu.length < told.length) {
    notice(
      `${onCpu.length} of ${told.length} workers run without WebGPU, on the processor, and the same rows give other bits there: ${onCpu.map(nameOf).join(', ')}.`,
    );
  } else if (onCpu.length > 0) {
    notice(`Workers: ${told.length}, all on the processor, without WebGPU.`);
  }
}

class RemoteShards implements Shards {
  readonly shape: readonly [number, number];
  readonly count: number;
  readonly #channel: Channel;
  readonly #onAsked: (asked: Asked) => void;
  #load: Load | undefined;

  constructor(channel: Channel, { shape, shards }: Sources, onAsked: (asked: Asked) => void) {
    this.#channel = channel;
    this.shape = shape;
    this.count = shards.length;
    this.#onAsked = onAsked;
  }

  load(load: Load): void {
    this.#load = load;
  }

  async ask({ header, arrays }: Message): Promise<Message> {
    const start = performance.now();
    const load = this.#load ?? null;
    const question = { header: { ...header, load }, arrays };
    const answer = checkAnswer(await this.#channel.ask(question));
    this.#onAsked(askedOf(question, answer, start));
    return answer;
  }
}
