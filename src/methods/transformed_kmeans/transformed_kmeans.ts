/** K-means in a space that a transform makes for it. */
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import { createRandom } from '../../math/random.js';
import type { Algebra } from '../../ops/algebra/algebra.js';
import type { Points, SeenMatrix } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { kmeans } from '../kmeans/kmeans.js';
import type { KMeansModel } from '../kmeans/kmeans_model.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { checkEnoughRows, checkGiven } from '../kmeans/start_centroids.js';
import { collapses, spreadOf, warned } from '../transform_learning/collapse.js';
import { columnProducts } from '../transform_learning/engine_sums.js';
import {
  entryOf,
  type FitProgress,
  judge,
  NOTHING_LEFT,
  type TransformProgress,
} from '../transform_learning/history.js';
import { wholeRows } from '../transform_learning/rows.js';
import { defaultPenalty, TRIVIAL } from '../transform_learning/transform_learning.js';
import { transformRows } from '../transform_learning/transform_model.js';
import { regularity, transformStep } from '../transform_learning/transform_step.js';
import { within } from '../transform_learning/within.js';
import { lessMeans, meansOf } from './cluster_means.js';
import { TRANSFORMED_DEFAULTS, TRANSFORMED_RULES } from './options.js';
import { TransformedKMeansModel } from './transformed_kmeans_model.js';

export interface TransformedKMeansOptions extends ComputeOptions {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /**
   * lambda >= 0, of lambda (|T|^2 - log |det T|), which keeps T regular: the larger, the nearer is T to a
   * multiple of a rotation, and the clusters to those of K-means. 0 has the trivial solution T = 0. Default: 0.01
   * times the sum of all squares of the points, divided by d.
   */
  readonly penalty?: number;
  /** mu > 0, the weight of the distances within clusters. Default 1. */
  readonly mu?: number;
  /** Runs of the K-means that finds the clusters to start from. Default 10. */
  readonly nInit?: number;
  /** Iterations at most. Default 50. */
  readonly maxIter?: number;
  /** Ends the fit when the objective changes by no more than this share of itself. Default 1e-6. */
  readonly tol?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onIteration?: (progress: FitProgress) => void;
}

/**
 * Learns a square transform T and clusters of T x together (Goel & Majumdar, "Transformed K-means clustering",
 * EUSIPCO 2021): minimises over T, Z and the memberships H, columns the rows,
 *
 *     |T X - Z|^2 + mu |Z - Z H'(HH')^-1 H|^2 + penalty (|T|^2 - log |det T|)
 *
 * by turns, from the clusters of K-means. Each half is solved in closed form together with Z, which is T x drawn
 * to the mean of its cluster, y + (T x - y) / (1 + mu): what is left of the first two terms is mu / (1 + mu) times
 * the scatter of T X within the clusters. So T = sqrt(penalty / 2) L^-1, L L' = mu / (1 + mu) S + penalty I with S
 * the scatter of X within the clusters, evens that scatter out in all directions; and the clusters are those of
 * K-means of T x. (By turns with Z held, labels would stay where they are: Z lies near the means already.)
 * The objective never rises.
 *
 * Without the penalty T = 0 is best, at objective 0; `penalty: 0` returns just that, with a warning.
 *
 * An iteration takes 2 n d^2 operations on the engine and a run of K-means there, and d^3 on the host.
 *
 * @param points n x d on the host, one row a point; never changed. Wide rows are better reduced by PCA first
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function transformedKMeans(
  points: Points | PointStream,
  options: TransformedKMeansOptions,
): Promise<TransformedKMeansModel> {
  const checked = {
    ...TRANSFORMED_DEFAULTS,
    ...checkOptions('transformedKMeans', options, TRANSFORMED_RULES),
  };
  checkGiven('transformedKMeans', checked);
  const { k, mu, runtime, signal } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('transformedKMeans', points);
  const [n, d] = rows.shape;
  checkEnoughRows('transformedKMeans', k, n);
  const penalty = checked.penalty ?? defaultPenalty(rows);
  return withAlgebra(runtime, rows, signal, async (algebra) => {
    const where = within(algebra, checked);
    const { atoms, history, converged, ...fitted } = await fit(
      algebra,
      rows,
      { ...checked, penalty },
      where,
    );
    // By the arithmetic of `predict`, which then gives the same labels bit for bit.
    const y = await transformRows({ data: atoms, shape: [d, d] }, 'predict', rows, where);
    const clusters = await kmeans(y, { k, init: fitted.clusters.centroids, tol: 0, ...where });
    const z = drawn(y.data, clusters, mu);
    const warnings = collapses(
      await spreadOf(algebra, await algebra.matrix(n, d, rows.data), createPause(signal)),
      await spreadOf(algebra, await algebra.matrix(n, d, z), createPause(signal)),
      clusters,
    );
    return new TransformedKMeansModel({
      shape: [n, d],
      atoms,
      clusters,
      representation: z,
      ...{ penalty, mu, history, converged },
      warnings: warned(
        'transformedKMeans',
        warnings.map((one) => (penalty === 0 ? `${one}; ${TRIVIAL}` : one)),
      ),
      engine: algebra.description,
    });
  });
}

interface Fitted {
  readonly atoms: Float64Array;
  /** Of T x. */
  readonly clusters: KMeansModel;
  readonly history: readonly TransformProgress[];
  readonly converged: boolean;
}

type Checked = TransformedKMeansOptions &
  Required<Pick<TransformedKMeansOptions, keyof typeof TRANSFORMED_DEFAULTS | 'penalty'>>;

async function fit(
  algebra: Algebra,
  rows: SeenMatrix,
  options: Checked,
  where: ComputeOptions,
): Promise<Fitted> {
  const { k, penalty, mu, nInit, seed } = options;
  const [n, d] = rows.shape;
  const pause = createPause(where.signal);
  const random = createRandom(seed);
  const cluster = (y: ArrayLike<number>, start: object) =>
    kmeans({ data: y as Float32Array, shape: [n, d] }, { k, seed, ...start, ...where });
  if (penalty === 0) {
    const clusters = await cluster(new Float32Array(n * d), { init: 'random', nInit: 1 });
    return { atoms: new Float64Array(d * d), clusters, history: [NOTHING_LEFT], converged: true };
  }
  const share = mu / (1 + mu);
  const x = await algebra.matrix(n, d, rows.data);
  const left = await algebra.matrix(n, d);
  const held = await algebra.matrix(d, d);
  const y = await algebra.matrix(n, d);
  let clusters = await cluster(rows.data, { nInit });
  const history: TransformProgress[] = [];
  for (;;) {
    const { labels } = clusters;
    const means = meansOf(rows.data, labels, k, d);
    algebra.write(left, lessMeans(rows.data, labels, means, d));
    const gram = await columnProducts(algebra, left, left);
    gram.forEach((value, at) => (gram[at] = share * value));
    const transform = await transformStep({ gram, d, k: d, penalty }, random, pause);
    algebra.write(held, transform.atoms);
    await algebra.product(x, held, { transposeB: true, into: y });
    const values = await algebra.read(y);
    const init = { data: meansOf(values, labels, k, d), shape: [k, d] };
    clusters = await cluster(values, { init, tol: 0 });
    history.push(entryOf(share * clusters.inertia + penalty * regularity(transform), [transform]));
    const verdict = judge(history, options);
    const settled = clusters.labels.every((label, i) => label === labels[i]);
    if (verdict === 'goes on' && !settled) continue;
    return {
      atoms: transform.atoms,
      clusters,
      history,
      converged: settled || verdict === 'converged',
    };
  }
}

/** Each row drawn to the mean of its cluster: the best Z. */
function drawn(y: Float32Array, { labels, k }: KMeansModel, mu: number): Float32Array {
  const d = y.length / labels.length;
  const means = meansOf(y, labels, k, d);
  return y.map((value, at) => {
    const mean = means[labels[Math.floor(at / d)] * d + (at % d)];
    return mean + (value - mean) / (1 + mu);
  });
}
