/** The page's side of the worker. */
import type {
  CancelMessage,
  JobName,
  Jobs,
  Progress,
  StartMessage,
  WorkerMessage,
} from './protocol.js';

export interface RunOptions {
  /** Cancels: the promise rejects at once, and the worker stops as soon as it can. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

interface Pending {
  readonly resolve: (output: Jobs[JobName]['gives']) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: RunOptions['onProgress'];
}

/** Runs jobs in one worker, any number at a time. */
export class WorkerClient {
  #worker: Worker | undefined;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();

  /** Does a job. Rejects with an Error whose message is for people, or with the signal's reason. */
  run<J extends JobName>(
    job: J,
    input: Jobs[J]['takes'],
    { signal, onProgress }: RunOptions = {},
  ): Promise<Jobs[J]['gives']> {
    const worker = (this.#worker ??= this.#start());
    const id = this.#nextId++;
    return new Promise<Jobs[JobName]['gives']>((resolve, reject) => {
      signal?.throwIfAborted();
      this.#pending.set(id, { resolve, reject, onProgress });
      signal?.addEventListener('abort', () => {
        if (!this.#pending.delete(id)) return;
        worker.postMessage({ type: 'cancel', id } satisfies CancelMessage);
        reject(signal.reason as Error);
      });
      worker.postMessage({ type: 'start', id, job, input } satisfies StartMessage<J>);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
      const pending = this.#pending.get(data.id);
      if (data.type === 'progress') {
        pending?.onProgress?.(data.progress);
        return;
      }
      this.#pending.delete(data.id);
      if (data.type === 'done') pending?.resolve(data.output);
      else pending?.reject(new Error(data.message));
    });
    worker.addEventListener('error', ({ message }) => {
      worker.terminate();
      this.#worker = undefined;
      const why = message || 'it could not be loaded, or ran out of memory';
      for (const { reject } of this.#pending.values()) {
        reject(new Error(`The background worker stopped (${why}); choose the file again.`));
      }
      this.#pending.clear();
    });
    return worker;
  }
}
