/** The worker's side: runs the jobs that its page asks for. */
import { serve } from '../../src/worker/index.js';
import type { Gives, JobHost, JobTable, Sends, Takes, Told } from './jobs.js';

/** What every call of the library is given. */
export type RunOptions = Pick<JobContext, 'signal' | 'runtime'>;

/** What a job is given besides its input. */
export interface JobContext<Update = never> extends Omit<Told, 'onUpdate'> {
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

/** Serves the page's requests with `handlers`. What they throw is told to the page as a sentence. */
export function serveJobs<Jobs extends JobTable<Jobs>>(handlers: Handlers<Jobs>): void {
  const cancelled = new Set<Promise<unknown>>();
  serve({
    run: async (job, input, { onUpdate, ...told }) => {
      const handle = handlers[job as keyof Jobs];
      const context = { ...told, send: onUpdate };
      const work = Promise.resolve(handle(input as Takes<Jobs, keyof Jobs>, context));
      told.signal.addEventListener('abort', () => cancelled.add(work));
      try {
        // The library gives away the memory of what it returns: the worker goes on with its own.
        return structuredClone(await work);
      } finally {
        cancelled.delete(work);
      }
    },
    settled: async () => {
      await Promise.allSettled(cancelled);
      return undefined;
    },
  } satisfies JobHost);
}
