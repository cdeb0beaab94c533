/** K-means of rows in shards: the coordinator's part. */
import { InvalidArgumentError } from '../errors.js';
import { createRandom } from '../math/random.js';
import { checkEnoughRows } from '../methods/kmeans/start_centroids.js';
import { KMEANS_DEFAULTS } from '../methods/kmeans/options.js';
import { MiniBatchKMeansModel } from '../methods/mini_batch_kmeans/mini_batch_model.js';
import type { ClusterSums } from '../ops/sums/accumulate.twin.js';
import { takeFarRows } from '../ops/sums/relocate.twin.js';
import { update } from '../ops/sums/update.twin.js';
import type { Checkpoints } from './checkpoint.js';
import { type Message, numbersOf } from './message.js';
import { type Moments, momentsOf } from './moments.js';
import { chooseRows, seedParallel } from './seeding.js';
import type { Shards } from './shards.js';

export interface ShardKMeansOptions {
  readonly k: number;
  /** 'k-means||' (default), or 'random': distinct rows. */
  readonly init?: 'k-means||' | 'random';
  /** Default 300. */
  readonly maxIter?: number;
  /** As for `kmeans`. Default 1e-4. */
  readonly tol?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onIteration?: (iteration: number, inertia: number) => void;
  readonly checkpoints?: Checkpoints;
  /** A folder into which every shard's labels are written by who holds it, a file each. */
  readonly parts?: string;
}

export interface ShardKMeansResult {
  /** Keeps no labels: they are as many as the rows. */
  readonly model: MiniBatchKMeansModel;
  /** Rows of each cluster, [k]. */
  readonly counts: Float64Array;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The objective at each iteration, before its update, [iterations]. */
  readonly history: Float64Array;
}

/** Where Lloyd's iterations are. */
export interface LloydState {
  readonly centroids: Float32Array;
  /** Those of the iteration before; empty at first. */
  readonly previous: Float32Array;
  readonly history: readonly number[];
  readonly converged: boolean;
}

/**
 * K-means of rows in shards, as scikit-learn counts and stops it: see `kmeans`. The same shards, options and
 * seed give the same bits, whoever holds the shards, how many they are and whoever of them dies.
 *
 * @throws InvalidArgumentError; what the shards and the adapter throw; the signal's reason when cancelled
 */
export async function kmeansOfShards(
  shards: Shards,
  options: ShardKMeansOptions,
): Promise<ShardKMeansResult> {
  const { k, parts, checkpoints } = options;
  const [n] = shards.shape;
  checkEnoughRows('kmeans', k, n);
  const moments = await momentsOf(shards, checkpoints);
  shards.load({ as: 'rows', shift: [...moments.shift] });
  const { centroids, history, converged } = await lloydOfShards(shards, moments, options);
  const last = await shards.ask({
    header: { op: 'assign', ...(parts === undefined ? {} : { parts }) },
    arrays: { centroids },
  });
  const counts = numbersOf(last, 'counts', Float64Array, k);
  const [inertia] = numbersOf(last, 'totals', Float64Array, 1);
  const model = new MiniBatchKMeansModel({
    k,
    metric: 'euclidean',
    shift: moments.shift,
    centred: centroids,
    weightSums: counts,
    steps: history.length,
    rowsUnchecked: 0,
    reassignmentRatio: 0,
    seed: options.seed ?? 0,
    converged,
    engine: `${shards.count} shards`,
  });
  return {
    model,
    counts,
    inertia,
    iterations: history.length,
    converged,
    history: Float64Array.from(history),
  };
}

/** Lloyd's iterations to their end, over shards that hold rows. */
export async function lloydOfShards(
  shards: Shards,
  moments: Moments,
  {
    k,
    init = 'k-means||',
    maxIter = KMEANS_DEFAULTS.maxIter,
    tol = KMEANS_DEFAULTS.tol,
    seed = 0,
    signal,
    onIteration,
    checkpoints,
  }: ShardKMeansOptions,
): Promise<LloydState> {
  const [, d] = shards.shape;
  const tolerance = tol * moments.meanVariance;
  const random = createRandom(seed);
  let state = stateOf(checkpoints?.read('lloyd'));
  if (state && state.centroids.length !== k * d) {
    throw new InvalidArgumentError(
      'resume',
      `the checkpoint has ${state.centroids.length / d} centroids, but k is ${k}; resume with the options of the run that wrote it.`,
    );
  }
  state ??= {
    centroids:
      init === 'random'
        ? await chooseRows(shards, k, random)
        : await seedParallel(shards, k, seed, random),
    previous: new Float32Array(0),
    history: [],
    converged: false,
  };
  while (!state.converged && state.history.length < maxIter) {
    signal?.throwIfAborted();
    state = await iterate(shards, state, k, tolerance);
    onIteration?.(state.history.length, state.history[state.history.length - 1]);
    await checkpoints?.write('lloyd', messageOf(state));
  }
  return state;
}

async function iterate(
  shards: Shards,
  { centroids, previous, history }: LloydState,
  k: number,
  tolerance: number,
): Promise<LloydState> {
  const d = centroids.length / k;
  const step = history.length;
  const answer = await shards.ask({
    header: { op: 'step', step },
    arrays: { centroids, previous },
  });
  const weightSums = numbersOf(answer, 'weights', Float64Array, k);
  const [inertia, changed] = numbersOf(answer, 'totals', Float64Array, 2);
  let sums: ClusterSums = {
    residuals: numbersOf(answer, 'residuals', Float64Array, k * d),
    weightSums,
  };
  if (weightSums.includes(0)) {
    const question = { header: { op: 'farthest', step, most: k }, arrays: { centroids } };
    const far = await shards.ask(question);
    const costs = numbersOf(far, 'costs', Float64Array);
    const count = costs.length;
    const rows = {
      count,
      x: numbersOf(far, 'rows', Float32Array, count * d),
      labels: numbersOf(far, 'labels', Uint32Array, count),
      costs,
      weights: new Float64Array(count).fill(1),
    };
    sums = takeFarRows(rows, centroids, k, d, Uint32Array.from(weightSums), sums);
  }
  const next = update(centroids, k, d, sums.residuals, sums.weightSums, 'euclidean');
  return {
    centroids: Float32Array.from(next.centroids),
    previous: centroids,
    history: [...history, inertia],
    converged: next.shift <= tolerance || (step > 0 && changed === 0),
  };
}

const messageOf = ({ centroids, previous, history, converged }: LloydState): Message => ({
  header: { converged },
  arrays: { centroids, previous, history: Float64Array.from(history) },
});

function stateOf(message: Message | undefined): LloydState | undefined {
  if (!message) return undefined;
  return {
    centroids: numbersOf(message, 'centroids', Float32Array),
    previous: numbersOf(message, 'previous', Float32Array),
    history: [...numbersOf(message, 'history', Float64Array)],
    converged: message.header.converged === true,
  };
}
