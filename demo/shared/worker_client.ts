/** The page's side of its worker. */
import { knownAdapter } from './adapter.js';
import type {
  Gives,
  JobTable,
  PageMessage,
  Progress,
  Sends,
  Takes,
  WorkerMessage,
} from './jobs.js';

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

interface Pending {
  readonly message: PageMessage & { type: 'start' };
  readonly resolve: (output: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly onUpdate: ((update: never) => void) | undefined;
}

const isOnCpu = (isLight = false) =>
  knownAdapter() === 'none' || (isLight && knownAdapter() === 'software');

/** Runs jobs in one worker, any number at a time. Started when first needed. */
export class WorkerClient<Jobs extends JobTable<Jobs>> {
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  /** Cancelled, but not yet ended in the worker. */
  readonly #stopping = new Map<number, ReturnType<typeof setTimeout>>();
  /** What a fresh worker is given first. */
  #restore: { readonly job: PropertyKey; readonly input: unknown } | undefined;
  /** The id of that job while it runs again; others wait for it. */
  #restoring = 0;

  /** @param start makes the worker: `() => new Worker(new URL('./worker.ts', import.meta.url), …)` */
  constructor(start: () => Worker) {
    this.#start = start;
  }

  /** Does a job. Rejects with an Error whose message is for people, or with the signal's reason. */
  async run<J extends keyof Jobs>(
    job: J,
    input: Takes<Jobs, J>,
    { signal, onProgress, onUpdate, restores, isLight }: RunOptions<Sends<Jobs, J>> = {},
  ): Promise<Gives<Jobs, J>> {
    signal?.throwIfAborted();
    const id = this.#nextId++;
    const message = { type: 'start', id, job, input, onCpu: isOnCpu(isLight) } as const;
    const output = await new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { message, resolve, reject, onProgress, onUpdate });
      signal?.addEventListener('abort', () => {
        if (!this.#pending.delete(id)) return;
        this.#cancel(id);
        reject(signal.reason as Error);
      });
      this.#worker ??= this.#launch();
      if (this.#restoring === 0) this.#post(message);
    });
    if (restores) this.#restore = { job, input };
    return output;
  }

  /** Ends the worker when nothing is under way in it; the next job starts another. */
  close(): void {
    if (this.#pending.size === 0) this.#end();
  }

  #post(message: PageMessage): void {
    this.#worker?.postMessage(message);
  }

  #cancel(id: number): void {
    this.#post({ type: 'cancel', id });
    const timer = setTimeout(() => {
      this.#relaunch();
    }, GRACE_MS);
    this.#stopping.set(id, timer);
  }

  /** Ends a worker that does not listen; whatever else was under way starts over in a new one. */
  #relaunch(): void {
    this.#end();
    this.#worker = this.#launch();
    if (this.#restore) {
      this.#restoring = this.#nextId++;
      this.#post({ type: 'start', id: this.#restoring, ...this.#restore, onCpu: isOnCpu() });
    } else {
      this.#postPending();
    }
  }

  #postPending(): void {
    for (const { message } of this.#pending.values()) this.#post(message);
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#restoring = 0;
    for (const timer of this.#stopping.values()) clearTimeout(timer);
    this.#stopping.clear();
  }

  #launch(): Worker {
    const worker = this.#start();
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
      if (worker === this.#worker) this.#take(data);
    });
    worker.addEventListener('error', ({ message }) => {
      if (worker !== this.#worker) return;
      this.#end();
      const why = message || 'it could not be loaded, or ran out of memory';
      for (const { reject } of this.#pending.values()) {
        reject(new Error(`The background worker stopped (${why}); load this page again.`));
      }
      this.#pending.clear();
    });
    return worker;
  }

  #take(data: WorkerMessage): void {
    const pending = this.#pending.get(data.id);
    if (data.type === 'progress') {
      pending?.onProgress?.(data.progress);
      return;
    }
    if (data.type === 'update') {
      pending?.onUpdate?.(data.update as never);
      return;
    }
    clearTimeout(this.#stopping.get(data.id));
    this.#stopping.delete(data.id);
    this.#pending.delete(data.id);
    if (data.id === this.#restoring) {
      this.#restoring = 0;
      this.#postPending();
    } else if (data.type === 'done') pending?.resolve(data.output);
    else pending?.reject(new Error(data.message));
  }
}
