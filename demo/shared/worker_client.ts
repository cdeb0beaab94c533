/** The page's side of its worker: calls by `webgpu-clustering/worker`, begun anew where it had to be ended. */
import { ClusteringError } from '../../src/errors.js';
import { inWorker, type InWorker } from '../../src/worker/index.js';
import { knownAdapter } from './adapter.js';
import type { Gives, JobHost, JobTable, Progress, Sends, Takes, Told } from './jobs.js';

/** A cancelled job that has not ended after this long is ended with its worker. */
const GRACE_MS = 1000;

export interface RunOptions<Update = never> {
  /** Cancels: the promise rejects at once, and the worker stops as soon as it can. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Takes what the job sends before its end. */
  readonly onUpdate?: (update: Update) => void;
  /**
   * Whether this job leaves something in the worker (a loaded file) that later jobs need: the last
   * such job is run again in a worker that had to be started anew.
   */
  readonly restores?: boolean;
  /** Whether it is done before a software driver would have begun: then the processor does it by itself. */
  readonly isLight?: boolean;
}

const ignore = () => undefined;

const runtimeFor = (isLight: boolean): Told['runtime'] =>
  knownAdapter() === 'none' || (isLight && knownAdapter() === 'software') ? 'cpu' : undefined;

/** Runs jobs in one worker, any number at a time. Started when first needed. */
export class WorkerClient<Jobs extends JobTable<Jobs>> {
  readonly #host: InWorker<JobHost>;
  #running = 0;
  /** Counts the workers that were ended for a job that did not listen. */
  #ended = 0;
  /** What a fresh worker is given first. */
  #restore: (() => Promise<unknown>) | undefined;
  /** That, while it runs again; others wait for it. */
  #restored: Promise<unknown> = Promise.resolve();

  /** @param start makes the worker: `() => new Worker(new URL('./worker.ts', import.meta.url), …)` */
  constructor(start: () => Worker) {
    this.#host = inWorker<JobHost>({ start });
  }

  /** Does a job. Rejects with an Error whose message is for people, or with the signal's reason. */
  async run<J extends keyof Jobs>(
    job: J,
    input: Takes<Jobs, J>,
    {
      signal = new AbortController().signal,
      onProgress = ignore,
      onUpdate = ignore,
      restores = false,
      isLight = false,
    }: RunOptions<Sends<Jobs, J>> = {},
  ): Promise<Gives<Jobs, J>> {
    signal.throwIfAborted();
    const begin = (told: Omit<Told, 'runtime'>) =>
      this.#host.run(job, input, { ...told, runtime: runtimeFor(isLight) });
    const told = { signal, onProgress, onUpdate: onUpdate as Told['onUpdate'] };
    this.#running++;
    try {
      const output = await this.#insist(() => begin(told), signal);
      if (restores) {
        const { signal: never } = new AbortController();
        this.#restore = () => begin({ signal: never, onProgress: ignore, onUpdate: ignore });
      }
      return output;
    } finally {
      this.#running--;
    }
  }

  /** Ends the worker when nothing is under way in it; the next job starts another. */
  close(): void {
    if (this.#running === 0) this.#host.close();
  }

  /** Does it again where the worker was ended for another job's sake. */
  async #insist(work: () => Promise<unknown>, signal: AbortSignal): Promise<unknown> {
    for (;;) {
      await this.#restored;
      const ended = this.#ended;
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) {
          this.#awaitEnd();
          throw error;
        }
        if (!(error instanceof ClusteringError) || error.code !== 'worker-ended') throw error;
        if (ended === this.#ended) {
          throw new Error(`${error.message} Load this page again.`, { cause: error });
        }
      }
    }
  }

  #awaitEnd(): void {
    const timer = setTimeout(() => {
      this.#relaunch();
    }, GRACE_MS);
    const done = () => {
      clearTimeout(timer);
    };
    this.#host.settled().then(done, done);
  }

  /** Ends a worker that does not listen; whatever else was under way starts over in a new one. */
  #relaunch(): void {
    this.#ended++;
    this.#host.close();
    this.#restored = this.#restore ? this.#restore().catch(ignore) : Promise.resolve();
  }
}
