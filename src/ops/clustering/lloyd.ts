/** Lloyd's iterations: centroids ping-pong on the device, which decides itself when to stop. */
import { type DeviceRuns, iterateOnDevice } from '../../../host/device_loop.js';
import { MAX_F32, MAX_U32 } from '../../../host/kernel.js';
import { Halt } from '../sums/converge.twin.js';
import { type Algorithm, AlgorithmChoice } from './algorithm.js';
import { assigned, type Assignment, label } from './assign.js';
import type { Ending } from './clustering.js';
import { type Restarts, restartsAtOnce, withRestarts } from './restarts.js';
import type { Op } from '../op.js';
import { allSettled, inBatches } from '../side_by_side.js';
import { scaled, unscaled } from '../units.js';
import type { Status } from './status.js';

export interface LloydOptions {
  readonly algorithm?: Algorithm | undefined;
  readonly maxIter: number;
  /** Stop when the summed squared shift of the centroids is at most this (absolute). */
  readonly tolerance: number;
  readonly signal?: AbortSignal | undefined;
  /** GPUBufferUsage flags to add, where the labels are to stay on the device. */
  readonly keep?: number | undefined;
  /**
   * Called once an iteration of each start (by its index), possibly some iterations late: in order
   * for each of them, but in turn where several go side by side.
   */
  readonly onIteration?: ((iteration: number, inertia: number, start: number) => void) | undefined;
}

export interface LloydResult {
  /** k x d, centred. */
  readonly centroids: Float32Array;
  readonly iterations: number;
  /** The labels no longer changed, or the centroids moved by no more than the tolerance. */
  readonly converged: boolean;
  /** The objective at each iteration, before that iteration's update of the centroids. */
  readonly history: Float64Array;
}

/** Centroids, and what they make of the rows. */
export type LabelledResult = LloydResult & Assignment;

/**
 * Lloyd's iterations from each of `starts` (k x d, centred): the result of the lowest inertia, of several
 * the first. Each goes as if by itself, in whatever way they share passes over the rows and waits for the
 * device.
 */
export const lloyd: Op<
  [starts: readonly Float32Array[], k: number, options: LloydOptions],
  LabelledResult
> = {
  device: async (rows, starts, k, options) => {
    const { workspace, points } = rows;
    const { scale } = points;
    const { algorithm = 'auto', maxIter, tolerance, signal, onIteration, keep } = options;
    let best: LabelledResult | undefined;
    await inBatches(
      starts.map((start) => scaled(start, scale)),
      () => restartsAtOnce(workspace, points, k, algorithm !== 'lloyd'),
      (batch, first) =>
        withRestarts(rows, k, batch, maxIter, async (restarts) => {
          const { clusterings } = restarts;
          const runs = iterationsOf(restarts, k, points.shape, algorithm, {
            // What a uniform can hold.
            tolerance: Math.min(tolerance * scale ** 2, MAX_F32),
            most: Math.min(maxIter, MAX_U32),
          });
          const results = await iterateOnDevice(workspace.runtime.pace, runs, {
            maxIter,
            signal,
            onIteration: (iteration, inertia, run) =>
              onIteration?.(iteration, inertia / scale ** 2, first + run),
          });
          const labellings = results.map(({ status }, run) =>
            clusterings[run].after(status.iterations),
          );
          const inertias = await (await label(rows, labellings, signal))();
          const least = inertias.reduce(
            (lowest, inertia, run) => (inertia < inertias[lowest] ? run : lowest),
            0,
          );
          if (best && !(inertias[least] < best.inertia)) return inertias;
          const { status, history } = results[least];
          const { iterations, halted } = status;
          const [centroids, assignment] = await allSettled([
            clusterings[least].readCentroids(iterations),
            assigned(rows, k, labellings[least], [inertias[least]], keep),
          ] as const);
          best?.kept?.buffer.destroy();
          best = {
            ...assignment,
            centroids: unscaled(centroids, scale),
            iterations,
            converged: halted === Halt.sameLabels || halted === Halt.withinTolerance,
            history: unscaled(history, scale ** 2),
          };
          return inertias;
        }),
    );
    return best!;
  },
  twin: async () => (await import('./lloyd.twin.js')).bestLloyd,
};

/** The iterations of the restarts: by bounds, from all distances, or by what is faster. */
function iterationsOf(
  { clusterings, streamed, work, ...restarts }: Restarts,
  k: number,
  [n, d]: readonly [number, number],
  algorithm: Algorithm,
  ending: Ending,
): DeviceRuns<Status> {
  // What comes by once an iteration has to be read anyway: bounds would save little of it.
  const choice = new AlgorithmChoice(streamed ? 'lloyd' : algorithm, k, d);
  let bounded = choice.bounded;
  return {
    ...restarts,
    count: clusterings.length,
    streamed,
    get work() {
      return bounded ? undefined : work;
    },
    record: async (run, done) => {
      const clustering = clusterings[run];
      ({ bounded } = choice);
      if (bounded) await clustering.useBounds(done);
      else clustering.dropBounds();
      return [clustering.recordIteration(true, ending), clustering.recordIteration(false, ending)];
    },
    help: async (run, { halted, iterations }) => {
      if (halted === Halt.emptyClusters) await clusterings[run].relocate(iterations, ending);
      else clusterings[run].renew(iterations);
    },
    observe: (runs, left, each) => {
      const changed = runs.reduce((sum, run) => sum + run.changed, 0) / (n * runs.length);
      choice.observe({ bounded, left, changed, each });
      return choice.bounded !== bounded;
    },
  };
}
