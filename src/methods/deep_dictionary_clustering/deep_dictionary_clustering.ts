/** Clusters of what dictionaries, one upon the other, make of rows. */
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import { createRandom } from '../../math/random.js';
import type { Matrix } from '../../ops/algebra/algebra.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import type { KMeansModel } from '../kmeans/kmeans_model.js';
import { checkEnoughRows, checkGiven } from '../kmeans/start_centroids.js';
import { collapses, spreadOf, warned } from '../transform_learning/collapse.js';
import { total } from '../transform_learning/engine_sums.js';
import { type FitProgress, judge, type ObjectiveProgress } from '../transform_learning/history.js';
import { wholeRows } from '../transform_learning/rows.js';
import { within } from '../transform_learning/within.js';
import { lessMeans, meansOf } from '../transformed_kmeans/cluster_means.js';
import {
  checkExpressible,
  cut,
  defaultLambda,
  expressed,
  expressionError,
  SHRUNK,
} from '../transformed_subspace_clustering/self_expression.js';
import type { Expression } from '../transformed_subspace_clustering/options.js';
import { DeepDictionaryModel } from './deep_dictionary_model.js';
import { fitAtoms, fitCodes, inputOf, misfits, openStack, type Stack } from './layers.js';
import { DEEP_DEFAULTS, DEEP_RULES, type Draw } from './options.js';
import { clustersOf, drawToMeans, type Split } from './towards_means.js';
import { drawToSums } from './towards_sums.js';

export interface DeepDictionaryClusteringOptions extends ComputeOptions {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /** Atoms of each of 1 to 4 dictionaries, from the rows on. Default: one of min(d, 2 k). */
  readonly layers?: readonly number[];
  /**
   * What the last codes Z are drawn to: 'kmeans' (default) to the means of their clusters, |Z - Z H'(HH')^-1 H|^2;
   * 'subspace' to sums of one another, |Z - Z C|^2 + R(C), whose graph is cut: n x n coefficients, 4 n^2 bytes.
   */
  readonly clustering?: Draw;
  /** Weight of that, above 0. Default 0.1. */
  readonly mu?: number;
  /** Weight of the misfit of every layer after the first, above 0. Default 1. */
  readonly lambda?: number;
  /** Codes are not below 0, as after a ReLU. Default true. */
  readonly nonNegative?: boolean;
  /** For 'subspace', see `transformedSubspaceClustering`. Default 'llmc'. */
  readonly expression?: Expression;
  /** Runs of K-means at the start; for 'subspace' of the spectral clustering. Default 10. */
  readonly nInit?: number;
  /** Iterations at most. Default 15. */
  readonly maxIter?: number;
  /** Ends the fit when the objective changes by no more than this share of itself. Default 1e-4. */
  readonly tol?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onIteration?: (progress: FitProgress) => void;
}

/**
 * Learns dictionaries one upon the other and clusters of their last codes together (Goel & Majumdar, "Sparse
 * subspace clustering friendly deep dictionary learning", IEEE GRSL 2021; with variables split between the
 * layers): minimises over D_l, Z_l >= 0 and the clusters
 *
 *     |X - D_1 Z_1|^2 + lambda sum_l |Z_(l-1) - D_l Z_l|^2 + mu |Z - Z H'(HH')^-1 H|^2   (columns the rows)
 *
 * with atoms of length 1 at most: were they free to grow, Z would go to 0 and the last term with it. By turns:
 * codes between layers by least squares with the bound, solved to the end; the last ones in closed form, the
 * bound by splitting (ADMM, 40 steps); atoms one after the other. Without `nonNegative`, or with 'kmeans', the
 * objective does not rise but for what the splitting leaves; 'subspace' sets numbers below 0 to 0 after its
 * closed form, after which it may. Layers are learnt one by one first.
 *
 * @param points n x d on the host, one row a point, taken as they are; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function deepDictionaryClustering(
  points: Points | PointStream,
  options: DeepDictionaryClusteringOptions,
): Promise<DeepDictionaryModel> {
  const method = 'deepDictionaryClustering';
  const checked = { ...DEEP_DEFAULTS, ...checkOptions(method, options, DEEP_RULES) };
  checkGiven(method, checked);
  const { k, clustering, nonNegative, seed, runtime, signal } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows(method, points);
  const [n, d] = rows.shape;
  checkEnoughRows(method, k, n);
  if (clustering === 'subspace') checkExpressible(method, n);
  const { layers: sizes = [Math.min(d, 2 * k)] } = checked;
  return withAlgebra(runtime, rows, signal, async (algebra) => {
    const pause = createPause(signal);
    const random = createRandom(seed);
    const x = await algebra.matrix(n, d, rows.data);
    const closed = { algebra, x, nonNegative, pause, random };
    const stack = await openStack(closed, sizes, checked.lambda);
    const where = within(algebra, checked);
    const found =
      clustering === 'kmeans'
        ? await learnMeans(stack, checked, where)
        : await learnSums(stack, checked, where);
    const { labels, history, converged } = found;
    const z = stack.layers[stack.layers.length - 1].codes;
    const spread = await spreadOf(algebra, x, pause);
    return new DeepDictionaryModel({
      d,
      k,
      labels,
      layers: stack.layers.map(({ atoms, k: count, d: width }) => ({
        atoms,
        shape: [count, width],
      })),
      representation: Float32Array.from(await algebra.read(z)),
      ...{ history, converged },
      warnings: warned(method, [
        ...collapses(spread, await spreadOf(algebra, z, pause), { labels, k }),
        ...(found.hasShrunk ? [`${SHRUNK}; use a lower mu than ${checked.mu}`] : []),
      ]),
      engine: algebra.description,
    });
  });
}

type Checked = DeepDictionaryClusteringOptions &
  Required<Pick<DeepDictionaryClusteringOptions, keyof typeof DEEP_DEFAULTS>>;

interface Learnt {
  readonly labels: Uint32Array;
  readonly history: readonly ObjectiveProgress[];
  readonly converged: boolean;
  readonly hasShrunk?: boolean;
}

async function learnMeans(stack: Stack, options: Checked, where: ComputeOptions): Promise<Learnt> {
  const { algebra, layers } = stack;
  const { mu } = options;
  const last = layers[layers.length - 1];
  const split = stack.nonNegative ? await openSplit(stack) : undefined;
  const history: ObjectiveProgress[] = [];
  let clusters: KMeansModel | undefined;
  for (;;) {
    await fitInner(stack);
    clusters = await clustersOf(stack, options, clusters, where);
    const { labels, k } = clusters;
    await drawToMeans(stack, clusters, mu, split);
    await fitAllAtoms(stack);
    const values = await algebra.read(last.codes);
    const means = meansOf(values, labels, k, last.k);
    const left = await algebra.matrix(
      values.length / last.k,
      last.k,
      lessMeans(values, labels, means, last.k),
    );
    const within = await total(algebra, left, 'squares');
    algebra.free(left);
    history.push({ objective: (await misfits(stack)) + mu * within });
    const verdict = judge(history, options);
    if (verdict !== 'goes on') return { labels, history, converged: verdict === 'converged' };
  }
}

async function openSplit({ algebra, layers }: Stack): Promise<Split> {
  const { codes } = layers[layers.length - 1];
  return {
    bounded: await algebra.combine([[1, codes]]),
    multipliers: await algebra.matrix(codes.rows, codes.columns),
  };
}

async function learnSums(stack: Stack, options: Checked, where: ComputeOptions): Promise<Learnt> {
  const { algebra, layers, pause } = stack;
  const { mu, expression } = options;
  const last = layers[layers.length - 1];
  const lambda = await defaultLambda(algebra, last.codes, expression);
  const history: ObjectiveProgress[] = [];
  let coefficients: Matrix | undefined;
  const end = async (graph: Matrix, verdict: Pick<Learnt, 'converged' | 'hasShrunk'>) => {
    const { labels } = await cut(algebra, graph, options, where, pause);
    return { labels, history, ...verdict };
  };
  for (;;) {
    await fitInner(stack);
    const found = await expressed(algebra, last.codes, expression, lambda, pause);
    if (!found) {
      if (coefficients) return end(coefficients, { converged: false, hasShrunk: true });
      throw new InvalidArgumentError(
        'layers',
        'deepDictionaryClustering: no code is a sum of others; use more atoms, or nonNegative: false.',
      );
    }
    if (coefficients) algebra.free(coefficients);
    ({ coefficients } = found);
    await drawToSums(stack, coefficients, mu);
    await fitAllAtoms(stack);
    const error = await expressionError(algebra, last.codes, coefficients);
    history.push({ objective: (await misfits(stack)) + mu * (error + found.size) });
    const verdict = judge(history, options);
    if (verdict !== 'goes on') return end(coefficients, { converged: verdict === 'converged' });
  }
}

async function fitInner(stack: Stack): Promise<void> {
  for (let q = 0; q < stack.layers.length - 1; q++) await fitCodes(stack, q);
}

async function fitAllAtoms(stack: Stack): Promise<void> {
  const { algebra, layers, random, pause } = stack;
  for (const [q, layer] of layers.entries()) {
    await fitAtoms(algebra, layer, inputOf(stack, q), random, pause);
  }
}
