/** Which engine runs the work: the caller's runtime, the shared one, or the CPU twin. */
import { withDefaultRuntime } from '../../host/default_runtime.js';
import { NoAdapterError } from '../../host/errors.js';
import { Runtime } from '../../host/runtime.js';
import { InvalidArgumentError } from '../errors.js';
import type { CheckedMatrix, GpuMatrix, NumericArray } from '../rows/matrix.js';
import type { CheckedStream } from '../rows/checked_stream.js';
import { nextTask } from '../math/event_loop.js';

/** `'cpu'` runs the float64 twin on the host; absent means the shared device, or the twin. */
export type RuntimeChoice = Runtime | 'cpu' | undefined;

/** What the work is about: nothing is asked of it but where it lies, and whether it still does. */
export type Given =
  | (Pick<CheckedMatrix, 'shape'> & { readonly data: NumericArray | readonly number[] })
  | GpuMatrix
  | CheckedStream;

/**
 * Runs `onDevice` with the runtime chosen, or `onHost` where the CPU was chosen or no adapter or
 * device is to be had (which is said once on the console). Rejects with the signal's reason at once
 * when it is aborted, whatever the work is waiting for.
 *
 * @param retries how often work that lost its device begins again on a fresh one; 1 when absent, with a
 *   runtime of the caller's 0. Rows that lay on the device are lost with it.
 * @throws InvalidArgumentError where `points` were transferred or resized meanwhile
 */
export async function withBackend<T>(
  choice: RuntimeChoice,
  points: Given,
  signal: AbortSignal | undefined,
  onDevice: (runtime: Runtime) => Promise<T>,
  onHost: () => Promise<T>,
  retries?: number,
): Promise<T> {
  let result: T;
  try {
    result = await unlessAborted(run(choice, points, onDevice, onHost, retries), signal);
  } catch (error) {
    if (!signal?.aborted) refuseChanged(points);
    throw error;
  }
  refuseChanged(points);
  return result;
}

/** Throws where an array of the caller's is shorter than it was: its buffer was transferred or resized. */
export function refuseChanged(points: Given): void {
  if (!('data' in points)) return;
  const [n, d] = points.shape;
  if (points.data.length === n * d) return;
  throw new InvalidArgumentError(
    'points',
    `points held ${n * d} numbers, and holds ${points.data.length} now: its buffer was transferred or resized; ` +
      `give a copy.`,
  );
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      // What waits for the device gives up and frees its buffers first, if it can.
      void nextTask().then(() => {
        // The reason is the caller's own, whatever it is.
        reject(signal.reason as Error);
      });
    };
  });
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function run<T>(
  choice: RuntimeChoice,
  points: Given,
  onDevice: (runtime: Runtime) => Promise<T>,
  onHost: () => Promise<T>,
  retries: number | undefined,
): Promise<T> {
  if (choice === undefined && 'buffer' in points) {
    const { runtimeAround } = await import('./borrowed.js');
    return onDevice(await runtimeAround(points.device, Runtime));
  }
  if (choice === 'cpu') return onHost();
  if (choice) {
    while (choice.successor) choice = choice.successor;
    try {
      return await onDevice(choice);
    } catch (error) {
      if (!retries || 'buffer' in points || !choice.isLostBy(error)) throw error;
      return (await import('../../host/fresh_device.js')).onFreshDevice(choice, retries, onDevice);
    }
  }
  try {
    return await withDefaultRuntime(onDevice, retries);
  } catch (error) {
    if (!(error instanceof NoAdapterError)) throw error;
    (await import('./notice_fallback.js')).noticeFallback(error);
    return onHost();
  }
}
