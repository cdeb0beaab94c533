/** The worker's side: runs the jobs that its page asks for. */
import type {
  Gives,
  JobTable,
  PageMessage,
  Progress,
  Sends,
  Takes,
  WorkerMessage,
} from './jobs.js';

/** What every call of the library is given. */
export type RunOptions = Pick<JobContext, 'signal' | 'runtime'>;

/** What a job is given besides its input. */
export interface JobContext<Update = never> {
  /** Aborted when the page cancels: pass it to every fit, and look at it between long steps. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** For every fit: 'cpu' where the page has found no adapter. */
  readonly runtime: 'cpu' | undefined;
  /** Sends a part of the result before the end; the page draws it. */
  readonly send: (update: Update) => void;
}

/** A function for each job. */
export type Handlers<Jobs extends JobTable<Jobs>> = {
  readonly [J in keyof Jobs]: (
    input: Takes<Jobs, J>,
    context: JobContext<Sends<Jobs, J>>,
  ) => Gives<Jobs, J> | Promise<Gives<Jobs, J>>;
};

/** Lets the worker take in messages (a cancel) between long steps. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

const owned = new WeakMap<object, readonly ArrayBufferView[]>();

/**
 * `value`, an output or update, whose arrays go over to the page without being copied there; the
 * worker has them no more.
 */
export function handOver<T extends object>(value: T, ...arrays: readonly ArrayBufferView[]): T {
  owned.set(value, arrays);
  return value;
}

function post(message: WorkerMessage, content?: unknown): void {
  const arrays = (typeof content === 'object' && content !== null && owned.get(content)) || [];
  postMessage(message, { transfer: arrays.map(({ buffer }) => buffer as ArrayBuffer) });
}

/** Serves the page's requests with `handlers`. What they throw is told to the page as a sentence. */
export function serveJobs<Jobs extends JobTable<Jobs>>(handlers: Handlers<Jobs>): void {
  const running = new Map<number, AbortController>();
  const run = async (id: number, job: keyof Jobs, input: unknown, onCpu: boolean) => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const output = await handlers[job](input, {
        signal: controller.signal,
        runtime: onCpu ? 'cpu' : undefined,
        onProgress: (progress) => {
          post({ type: 'progress', id, progress });
        },
        send: (update) => {
          post({ type: 'update', id, update }, update);
        },
      });
      post({ type: 'done', id, output }, output);
    } catch (error) {
      post({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
    } finally {
      running.delete(id);
    }
  };
  addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
    if (data.type === 'start') {
      void run(data.id, data.job as keyof Jobs, data.input, data.onCpu);
    } else running.get(data.id)?.abort();
  });
}
