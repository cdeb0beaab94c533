/** What long work on a device is cut by. */
import type { Runtime } from '../../host/runtime.js';

/** Less time says more about waiting than about the device. */
const LEAST_MEASURED_MS = 200;

/** Learns the runtime's pace from the ends of batches that follow one another. */
export function paceKeeper({ pace }: Runtime): (work: number) => void {
  let start: number | undefined;
  let done = 0;
  return (work) => {
    if (start === undefined) {
      start = performance.now();
      return;
    }
    done += work;
    const elapsed = performance.now() - start;
    if (elapsed >= LEAST_MEASURED_MS) pace.observeAtLeast(done, elapsed);
  };
}

/** So many bytes, or as many as one buffer holds. */
export function bytesAtOnce({ limits }: Runtime, bytes: number): number {
  return Math.min(bytes, limits.maxBufferSize, limits.maxStorageBufferBindingSize);
}
