/**
 * `webgpu-clustering/worker`: the library in a worker, so that neither its work on the host nor its waits hold up
 * the thread that calls. For pages and Node, Deno and Bun.
 */
import type * as library from '../index.js';
import { Client, type Started } from './client.js';
import { type EmitterPort, type EventPort, portOf } from './protocol.js';
import type { Api } from './remote.js';
import { startThread } from './thread.js';

export { transfer } from './client.js';
export { serve } from './serve.js';
export type { Api, Remote } from './remote.js';

/** A worker of a page, or of Node's worker_threads. */
export type AnyWorker = (EventPort | EmitterPort) & { terminate(): unknown };

export interface WorkerOptions {
  /**
   * Starts a worker of your own, in which `serve` is called: for some of the methods alone, or functions of your
   * own. `() => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })` is what bundlers
   * follow. Default: a worker with the whole library.
   */
  readonly start?: () => AnyWorker;
}

/** What a worker offers, and its end. */
export type InWorker<Library> = Api<Library> & {
  /** Ends the worker: what is under way rejects, and models in it are gone. The next call starts another. */
  close(): void;
};

/**
 * The library's functions, run in a worker. They take and give what they do here, and every one gives a promise:
 *
 * - a model has its data here (`labels`, `centroids` ...) and its methods there: each gives a promise, `toJSON` too.
 *   It is freed when it is collected here, or by `dispose`;
 * - `signal` cancels, and functions named `on...` are told of the progress;
 * - arguments are copied, unless `transfer` gives them away. A device, a runtime, streams and functions that are to
 *   answer cannot go there: `runtime` may be 'cpu', `await api.blobRows(file, columns)` is a stream there, and
 *   `await api.configureSharedRuntime(...)` configures its device.
 *
 * The worker starts with the first call. In Node it keeps the process alive only while a call is under way.
 *
 * @throws from calls: what the library throws, by the same classes; InvalidArgumentError for what cannot go there;
 *   ClusteringError with the code 'worker-ended' where the worker ends meanwhile
 */
export function inWorker<Library extends object = typeof library>({
  start,
}: WorkerOptions = {}): InWorker<Library> {
  const client = new Client(() => (start ? started(start()) : startWhole()));
  const close = () => {
    client.end();
  };
  return apiOf(client, [], close) as InWorker<Library>;
}

/** Functions by name, and functions of these: a class has some. */
function apiOf(client: Client, path: readonly string[], close?: () => void): object {
  return new Proxy(() => undefined, {
    get: (_, name) => {
      // A thenable would be asked for its result where it is awaited.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      return name === 'close' && close ? close : apiOf(client, [...path, name]);
    },
    apply: (_, __, args: unknown[]) => client.call(undefined, path, args),
  });
}

function started(worker: AnyWorker): Started {
  const { ref, unref } = worker as { ref?: () => void; unref?: () => void };
  const hold = (isBusy: boolean) => (isBusy ? ref : unref)?.call(worker);
  hold(false);
  return {
    port: portOf(worker),
    end: () => {
      void worker.terminate();
    },
    hold,
  };
}

/** Bundlers know a worker by these very words. */
async function startWhole(): Promise<Started> {
  return started(
    typeof Worker === 'function'
      ? new Worker(new URL(/* @vite-ignore */ './worker-host.js', import.meta.url), {
          type: 'module',
        })
      : await startThread(new URL(/* @vite-ignore */ './worker-host.js', import.meta.url)),
  );
}
