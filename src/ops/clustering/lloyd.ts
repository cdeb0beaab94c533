/** Lloyd's iterations: centroids ping-pong on the device, which decides itself when to stop. */
import { type DeviceRuns, iterateOnDevice } from '../../../host/device_loop.js';
import { MAX_F32, MAX_U32 } from '../../../host/kernel.js';
import { Halt } from '../sums/converge.twin.js';
import { type Algorithm, AlgorithmChoice } from './algorithm.js';
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

/**
 * Lloyd's iterations from each of `starts` (k x d, centred): the results of one start at a time, in
 * whatever way they share passes over the rows and waits for the device.
 */
export const lloyd: Op<
  [starts: readonly Float32Array[], k: number, options: LloydOptions],
  readonly LloydResult[]
> = {
  device: (rows, starts, k, options) => {
    const { workspace, points } = rows;
    const { scale } = points;
    const { algorithm = 'auto', maxIter, tolerance, signal, onIteration } = options;
    return inBatches(
      starts.map((start) => scaled(start, scale)),
      () => restartsAtOnce(workspace, points, k, algorithm !== 'lloyd'),
      (batch, first) =>
        withRestarts(rows, k, batch, maxIter, async (restarts) => {
          const runs = iterationsOf(restarts, algorithm, {
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
          return allSettled(
            results.map(async ({ status: { iterations, halted }, history }, run) => ({
              centroids: unscaled(await restarts.clusterings[run].readCentroids(iterations), scale),
              iterations,
              converged: halted === Halt.sameLabels || halted === Halt.withinTolerance,
              history: unscaled(history, scale ** 2),
            })),
          );
        }),
    );
  },
  twin: async () => (await import('./lloyd.twin.js')).lloydFrom,
};

/** The iterations of the restarts: by bounds, from all distances, or by what is faster. */
function iterationsOf(
  restarts: Restarts,
  algorithm: Algorithm,
  ending: Ending,
): DeviceRuns<Status> {
  const { clusterings, streamed } = restarts;
  const [n, d] = clusterings[0].shape;
  // What comes by once an iteration has to be read anyway: bounds would save little of it.
  const choice = new AlgorithmChoice(streamed ? 'lloyd' : algorithm, clusterings[0].k, d);
  let bounded = choice.bounded;
  return {
    count: clusterings.length,
    streamed,
    get work() {
      return bounded ? undefined : restarts.work;
    },
    record: async (run, done) => {
      const clustering = clusterings[run];
      ({ bounded } = choice);
      if (bounded) await clustering.useBounds(done);
      else clustering.dropBounds();
      return [clustering.recordIteration(true, ending), clustering.recordIteration(false, ending)];
    },
    submit: (turns) => restarts.submit(turns),
    readStatus: () => restarts.readStatus(),
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
