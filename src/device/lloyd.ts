/** Lloyd's iterations: centroids ping-pong on the device, which decides itself when to stop. */
import { KernelError } from '../../host/errors.js';
import type { Recording } from '../../host/recording.js';
import type { Runtime } from '../../host/runtime.js';
import type { LloydOptions, LloydResult } from '../kmeans_backend.js';
import { type Clustering, Halt, type Status } from './clustering.js';

/**
 * Submissions grow while they take less than this: short enough to cancel, long enough to hide what
 * each costs. (Firefox takes 100 ms to tell that one is done, however little it was.)
 */
const SUBMIT_MS = 150;
const MOST_ITERATIONS_PER_SUBMIT = 16;
/** Submissions in flight: the device never waits for the host. */
const DEPTH = 2;
/** The first iterations go one by one: the first pays for late compilation, the second is measured. */
const MEASURED = 2;

/**
 * Iterates until the device halts or `maxIter` is reached. A submission that was in flight when the
 * device halted does nothing, so the result is that of one iteration at a time.
 */
export async function lloyd(
  runtime: Runtime,
  clustering: Clustering,
  { algorithm, maxIter, tolerance, signal, onIteration }: LloydOptions,
): Promise<LloydResult> {
  const history: number[] = [];
  const report = ({ iterations, objective }: Status) => {
    for (let i = history.length; i < iterations; i++) {
      history.push(objective(i));
      onIteration?.(i + 1, history[i]);
    }
  };
  const record = () => [true, false].map((even) => clustering.recordIteration(even, tolerance));
  if (algorithm === 'bounded') await clustering.useBounds(0);
  let recordings: readonly Recording[] = record();
  const release = () => {
    for (const recording of recordings) recording.release();
  };
  const inFlight: Promise<Status>[] = [];
  let submitted = 0;
  let perSubmit = 1;
  const fill = (depth: number) => {
    while (inFlight.length < depth && submitted < maxIter) {
      const count = Math.min(perSubmit, maxIter - submitted);
      clustering.submit(Array.from({ length: count }, (_, i) => recordings[(submitted + i) % 2]));
      submitted += count;
      inFlight.push(clustering.readStatus());
    }
  };

  let done = 0;
  let halted: number = Halt.running;
  let last = performance.now();
  try {
    while (halted === Halt.running && done < maxIter) {
      signal?.throwIfAborted();
      fill(done < MEASURED ? 1 : DEPTH);
      let status = await inFlight.shift()!;
      report(status);
      const now = performance.now();
      if (status.halted === Halt.emptyClusters) {
        await Promise.all(inFlight.splice(0));
        await clustering.relocate(status.iterations, tolerance);
        status = await clustering.readStatus();
        report(status);
        submitted = status.iterations;
        last = performance.now();
      } else {
        const iterations = status.iterations - done;
        if (done > 0 && iterations > 0) {
          const each = (now - last) / iterations;
          runtime.pace.observe(clustering.work, each);
          if (now - last < SUBMIT_MS)
            perSubmit = Math.min(MOST_ITERATIONS_PER_SUBMIT, 2 * perSubmit);
          else if (now - last > 2 * SUBMIT_MS) perSubmit = Math.max(1, Math.floor(perSubmit / 2));
        }
        last = now;
      }
      if (done < MEASURED && status.iterations === MEASURED && status.halted === Halt.running) {
        release();
        if (algorithm === 'bounded') await clustering.useBounds(MEASURED);
        recordings = record();
      }
      if (status.halted === Halt.running && status.iterations === done) {
        throw new KernelError(
          `The device did nothing of what it was given after iteration ${done}, most likely because it ran out of memory; ` +
            `free memory, use fewer rows, or set runtime to 'cpu'.`,
        );
      }
      ({ iterations: done, halted } = status);
    }
  } finally {
    // Nothing may be released while a read is under way.
    await Promise.allSettled(inFlight);
    release();
  }
  return {
    centroids: await clustering.readCentroids(done),
    iterations: done,
    converged: halted === Halt.sameLabels || halted === Halt.withinTolerance,
    history: Float64Array.from(history),
  };
}
