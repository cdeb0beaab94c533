/** Online k-means. */
import type { RuntimeChoice } from '../../fit/backend.js';
import { checkOptions } from '../../fit/options.js';
import { createRandom, type Random } from '../../math/random.js';
import type { PointSource } from '../../rows/load_options.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import {
  checkEnoughRows,
  checkGiven,
  type GivenCentroids,
  meanCentroid,
  placeCentroids,
} from '../kmeans/start_centroids.js';
import { ONLINE_KMEANS_RULES } from './options.js';
import { learn } from './online_learn.js';
import {
  OnlineKMeansModel,
  type OnlineLearningOptions,
  type OnlineState,
  startingCounts,
} from './online_model.js';
import { withEngine } from '../../fit/engine.js';
import { withLoaded } from '../../fit/session.js';
import type { Engine } from '../../ops/op.js';
import { type Seeding, seedCentroids } from '../../ops/seeding/seed.js';

/** What `onIteration` is told after each block of rows: some thousands, or a batch. */
export interface OnlineProgress {
  /** The pass under way, from 1. */
  readonly pass: number;
  readonly passes: number;
  /** Rows taken so far, in all passes. */
  readonly step: number;
  /** The mean squared distance of the block's rows to their centroids when they came. */
  readonly cost: number;
}

export interface OnlineKMeansOptions extends OnlineLearningOptions {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /** Starting centroids, k x d, or how to choose them among the rows, as for `kmeans`. Default 'k-means++'. */
  readonly init?: Seeding | GivenCentroids;
  /** Passes over the rows. Default 1. */
  readonly passes?: number;
  /** Take the rows of each pass in another random order, drawn by `seed`. Default false: as they lie. */
  readonly shuffle?: boolean;
  /** Whole number from 0 to 2^32 - 1, for starting centroids and `shuffle`. Default 0. */
  readonly seed?: number;
  /**
   * A weight >= 0 for each row, [n]: a row of weight w moves its centroid as w copies of it would, one
   * after the other, at the same rate; with '1/count' it counts w times. Default: all 1.
   */
  readonly sampleWeight?: ArrayLike<number>;
  readonly onIteration?: (progress: OnlineProgress) => void;
  /** Cancels the fit: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
}

/**
 * Online k-means: each row x in turn moves the centroid nearest to it (ties: the lowest index),
 * w_s(x) += eta (x - w_s(x)), a step down the gradient of |x - w_s(x)|^2 / 2. With eta '1/count' this is
 * MacQueen's k-means (1967): each centroid is the mean of the rows it has won.
 *
 * One row after the other, in order: no row can begin before the last has ended, so that a device has one
 * workgroup at work. `batchSize` trades that order for speed.
 *
 * @param points n x d, one row a point, or a stream of such rows; never changed, nor to be until the
 *   promise settles
 * @returns the model; `model.predict(points)` gives the labels, `model.partialFit(rows)` learns on
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input, also where a schedule grows or
 *   leaves (0, 1]; DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the signal's reason
 *   when cancelled
 */
export async function onlineKMeans(
  points: Points | PointStream,
  options: OnlineKMeansOptions,
): Promise<OnlineKMeansModel> {
  const method = 'onlineKMeans';
  options = checkOptions(method, options, ONLINE_KMEANS_RULES);
  checkGiven(method, options);
  const { k, eta = '1/count', batchSize = 1, passes = 1, sampleWeight, runtime, signal } = options;
  signal?.throwIfAborted();
  const checked = await checkSource('points', points, {}, signal);
  const [n, columns] = checked.shape;
  checkEnoughRows(method, k, n);
  const counts = startingCounts(method, options.initialCounts, k);
  const weights = await checkWeights(sampleWeight, n);
  const random = createRandom(options.seed ?? 0);
  return withEngine(
    runtime,
    checked,
    signal,
    async (backend) => {
      const { shift, centred } = await start(backend, checked, options, weights?.scaled, random);
      const engine = backend.description;
      let state: OnlineState = {
        ...{ k, columns, shift, centred, counts, steps: 0, eta, batchSize, engine },
      };
      for (let pass = 1; pass <= passes; pass++) {
        const after = await learn(backend, checked, state, {
          ...{ k, shift, eta, batchSize, weights, sampleWeight, signal },
          random: options.shuffle ? random : undefined,
          onBlock: (step, cost) => options.onIteration?.({ pass, passes, step, cost }),
        });
        state = { ...state, ...after };
      }
      return new OnlineKMeansModel(state);
    },
    0,
  );
}

/** The starting centroids, and what they and all rows are less of. */
async function start(
  backend: Engine,
  points: PointSource,
  { k, init = 'k-means++', signal }: OnlineKMeansOptions,
  weights: Float32Array | undefined,
  random: Random,
): Promise<Pick<OnlineState, 'shift' | 'centred'>> {
  const metric = 'euclidean';
  if (typeof init !== 'string') {
    const known = 'buffer' in points ? undefined : points.shift;
    const shift = known ?? meanCentroid('init', init, metric, points.shape[1]);
    return { shift, centred: placeCentroids('init', init, k, shift, metric) };
  }
  const load = { metric, signal, ...(weights ? { weights } : {}) } as const;
  return withLoaded(backend, points, load, async (session) => {
    const [centred] = await session.run(seedCentroids, init, k, [random], signal);
    return { shift: session.shift, centred };
  });
}
