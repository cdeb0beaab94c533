/** Lloyd's iterations: centroids ping-pong on the device, which decides itself when to stop. */
import { KernelError } from '../../host/errors.js';
import type { Recording } from '../../host/recording.js';
import type { Runtime } from '../../host/runtime.js';
import type { LloydOptions, LloydResult } from '../kmeans_backend.js';
import { AlgorithmChoice } from './algorithm.js';
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
  { algorithm = 'auto', maxIter, tolerance, signal, onIteration }: LloydOptions,
): Promise<LloydResult> {
  const history: number[] = [];
  const report = ({ iterations, objective }: Status) => {
    for (let i = history.length; i < iterations; i++) {
      history.push(objective(i));
      onIteration?.(i + 1, history[i]);
    }
  };
  // What comes by once an iteration has to be read anyway: bounds would save little of it.
  const choice = new AlgorithmChoice(
    clustering.streamed ? 'lloyd' : algorithm,
    clustering.k,
    clustering.shape[1],
  );
  const record = () => [true, false].map((even) => clustering.recordIteration(even, tolerance));
  let recordings: readonly Recording[] = [];
  const release = () => {
    for (const recording of recordings) recording.release();
  };
  /** Records anew, by what is known by now. Nothing may be in flight. */
  const renew = async (iterations: number) => {
    release();
    if (choice.bounded) await clustering.useBounds(iterations);
    else clustering.dropBounds();
    recordings = record();
  };
  const inFlight: Promise<Status>[] = [];
  let submitted = 0;
  let perSubmit = 1;
  const fill = async (depth: number, most: number) => {
    while (inFlight.length < depth && submitted < maxIter) {
      const count = Math.min(most, maxIter - submitted);
      await clustering.submit(
        Array.from({ length: count }, (_, i) => recordings[(submitted + i) % 2]),
      );
      submitted += count;
      inFlight.push(clustering.readStatus());
    }
  };

  let done = 0;
  let halted: number = Halt.running;
  let last = performance.now();
  /** The iteration after `renew` goes by itself: with bounds it computes every distance. */
  let renewed = true;
  try {
    await renew(0);
    while (halted === Halt.running && done < maxIter) {
      signal?.throwIfAborted();
      if (choice.bounded === clustering.bounded) {
        const single = renewed || done < MEASURED || clustering.streamed;
        await fill(single ? 1 : DEPTH, renewed ? 1 : perSubmit);
      } else if (inFlight.length === 0) {
        await renew(done);
        renewed = true;
        last = performance.now();
        continue;
      }
      let status = await inFlight.shift()!;
      report(status);
      const now = performance.now();
      const isMeasure = done > 0 && !renewed;
      renewed = false;
      if (status.halted === Halt.emptyClusters) {
        await Promise.all(inFlight.splice(0));
        await clustering.relocate(status.iterations, tolerance);
        status = await clustering.readStatus();
        report(status);
        submitted = status.iterations;
        renewed = clustering.bounded;
        last = performance.now();
      } else {
        const iterations = status.iterations - done;
        const isTimed = isMeasure && iterations > 0 && !clustering.streamed;
        const each = isTimed ? (now - last) / iterations : undefined;
        if (each !== undefined) {
          if (!clustering.bounded) runtime.pace.observe(clustering.work, each);
          if (now - last < SUBMIT_MS)
            perSubmit = Math.min(MOST_ITERATIONS_PER_SUBMIT, 2 * perSubmit);
          else if (now - last > 2 * SUBMIT_MS) perSubmit = Math.max(1, Math.floor(perSubmit / 2));
        }
        const changed = status.changed / clustering.shape[0];
        choice.observe({ bounded: clustering.bounded, left: maxIter - submitted, changed, each });
        last = now;
      }
      if (done < MEASURED && status.iterations === MEASURED && status.halted === Halt.running) {
        await renew(MEASURED);
        renewed = clustering.bounded;
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
