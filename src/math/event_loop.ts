/** How long work may hold the event loop, in ms: about one frame of a page. */
const SLICE = 16;

/** Multiply-adds between two looks at the clock: some 5 to 10 ms of JavaScript. */
const BLOCK_WORK = 2 ** 22;

/** To be awaited between pieces of work: see `createPause`. */
export type Pause = () => Promise<void>;

/**
 * Resolves in a later task of the event loop. A message rather than a timer: timers are held back
 * 4 ms when nested, and a second in a page that is not in view.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** When the event loop last had a turn. Of all work together: many short pieces hold it as one long does. */
let lastTurn = Number.NEGATIVE_INFINITY;

/**
 * A pause for long work: it throws the signal's reason once the signal is aborted, and hands the
 * event loop a turn whenever `SLICE` ms have gone by since the last turn.
 */
export function createPause(signal?: AbortSignal): Pause {
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - lastTurn < SLICE) return;
    await nextTask();
    signal?.throwIfAborted();
    lastTurn = performance.now();
  };
}

/** Rows [0, n) cut into blocks [start, end) short enough for a pause after each. */
export function* rowBlocks(n: number, workPerRow: number): Generator<[start: number, end: number]> {
  const rows = Math.max(1, Math.floor(BLOCK_WORK / workPerRow));
  for (let start = 0; start < n; start += rows) yield [start, Math.min(start + rows, n)];
}
