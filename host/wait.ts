/** Waits for a device's work, where an engine is slow to notice that it is done, or spins. */
import { startDozing } from './dawn.js';

const EVERY_MS = 2;

export function inFirefox(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  return /\bFirefox\//.test(navigator?.userAgent ?? '');
}

/**
 * To be called when a wait for `queue`'s work begins; what it returns, when the wait is over.
 *
 * Firefox looks for finished work every 100 ms, and whenever something is submitted (its bug
 * 1870699). So there nothing is submitted, again and again: a wait for little work took 0.3 ms
 * instead of 101, a small k-means fit 21 ms instead of 705 (Firefox 153 on lavapipe).
 */
export function startWaiting(queue: GPUQueue): () => void {
  if (!inFirefox()) return startDozing();
  let timer: ReturnType<typeof setTimeout>;
  const nudge = () => {
    queue.submit([]);
    timer = setTimeout(nudge, EVERY_MS);
  };
  timer = setTimeout(nudge, 0);
  return () => {
    clearTimeout(timer);
  };
}
