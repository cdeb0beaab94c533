/** Subspace clustering in a space that transforms make for it. */
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createPause, type Pause } from '../../math/event_loop.js';
import { createRandom, type Random } from '../../math/random.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import { type Points, type SeenMatrix } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { minimize } from '../dictionary_learning/codes.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { checkEnoughRows, checkGiven } from '../kmeans/start_centroids.js';
import { collapses, spreadOf, warned } from '../transform_learning/collapse.js';
import { columnProducts, squaredDistance } from '../transform_learning/engine_sums.js';
import {
  entryOf,
  type FitProgress,
  judge,
  type TransformProgress,
} from '../transform_learning/history.js';
import { wholeRows } from '../transform_learning/rows.js';
import { defaultPenalty, randomTransform } from '../transform_learning/transform_learning.js';
import { regularity, type Transform, transformStep } from '../transform_learning/transform_step.js';
import { within } from '../transform_learning/within.js';
import {
  type Expression,
  SUBSPACE_TRANSFORM_DEFAULTS,
  SUBSPACE_TRANSFORM_RULES,
} from './options.js';
import {
  checkExpressible,
  cut,
  defaultLambda,
  expressed,
  expressionError,
  SHRUNK,
  solveExpressed,
} from './self_expression.js';
import { TransformedSubspaceModel, unitRows } from './transformed_subspace_model.js';

export interface TransformedSubspaceClusteringOptions extends ComputeOptions {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /** Transforms one after the other, 1 to 4; between two of them numbers are not below 0. Default 1. */
  readonly layers?: number;
  /**
   * How each z is a sum of the others: 'llmc' (default) by all, R(C) = lambda |C|^2; 'ssc' by few, R(C) = 2 lambda
   * |C|_1; 'lowRank' by a C of low rank, R(C) = 2 lambda |C|_*, itself among the others.
   */
  readonly expression?: Expression;
  /** Above 0, of penalty (|T|^2 - log |det T|). Default: 0.01 times the sum of all squares of the rows over d. */
  readonly penalty?: number;
  /** Weight of the self-expression, above 0. Default 1. */
  readonly gamma?: number;
  /**
   * Of R(C), above 0. Default: a tenth of the mean |z|^2 at the start; for 'ssc' a twentieth of that lambda at which
   * a z has no coefficients.
   */
  readonly lambda?: number;
  /** Rows are scaled to length 1 first. Default true. */
  readonly normalize?: boolean;
  /** Runs of K-means of the spectral clustering. Default 20. */
  readonly nInit?: number;
  /** Iterations at most. Default 10. */
  readonly maxIter?: number;
  /** Ends the fit when the objective changes by no more than this share of itself. Default 1e-4. */
  readonly tol?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onIteration?: (progress: FitProgress) => void;
}

/**
 * Learns transforms after which rows are sums of one another, and cuts the graph of these sums (Maggu, Majumdar &
 * Chouzenoux, "Transformed subspace clustering", TKDE 33, 2021; for layers: Maggu et al., "Deeply transformed
 * subspace clustering", Signal Processing 174, 2020): minimises over T_l, X_l >= 0, Z and C
 *
 *     sum_l |T_l X_l - X_(l+1)|^2 + penalty sum_l (|T_l|^2 - log |det T_l|) + gamma (|Z - Z C|^2 + R(C))
 *
 * with X_1 the rows as columns and Z after the last, by turns: C by the formulas of `subspaceClustering`; T_l
 * before the last by those of `transformLearning`; X_l by least squares with the bound, solved to the end; the last
 * T together with Z, Z (I + gamma (I - C)(I - C)') = T X by conjugate gradients, T evening out what scatter that
 * leaves. Every step solves its part exactly: the objective never rises. Transforms may shrink rows until R(C)
 * leaves no coefficients, C = 0: the fit ends before that, with a warning.
 *
 * Memory: n x n coefficients, 4 n^2 bytes several times over, refused above 1 GiB (n 16,384).
 *
 * @param points n x d on the host, one row a point; never changed. Wide rows are better reduced by PCA first
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function transformedSubspaceClustering(
  points: Points | PointStream,
  options: TransformedSubspaceClusteringOptions,
): Promise<TransformedSubspaceModel> {
  const method = 'transformedSubspaceClustering';
  const checked = {
    ...SUBSPACE_TRANSFORM_DEFAULTS,
    ...checkOptions(method, options, SUBSPACE_TRANSFORM_RULES),
  };
  checkGiven(method, checked);
  const { k, normalize, runtime, signal } = checked;
  signal?.throwIfAborted();
  const given = wholeRows(method, points);
  const [n, d] = given.shape;
  checkEnoughRows(method, k, n);
  checkExpressible(method, n);
  const rows = normalize ? { ...given, data: unitRows(given.data, d) } : given;
  return withAlgebra(runtime, given, signal, async (algebra) => {
    const pause = createPause(signal);
    const random = createRandom(checked.seed);
    const penalty = checked.penalty ?? defaultPenalty(rows);
    const fit = await learn({ algebra, rows, random, pause }, { ...checked, penalty });
    const { layers, x, z, coefficients, lambda, history, converged } = fit;
    const graph = await cut(algebra, coefficients, checked, within(algebra, checked), pause);
    const { gamma, expression } = checked;
    return new TransformedSubspaceModel({
      shape: [n, d],
      k,
      labels: graph.labels,
      layers: layers.map(({ atoms }) => atoms),
      representation: Float32Array.from(await algebra.read(z)),
      coefficients: Float32Array.from(await algebra.read(coefficients)),
      eigenvalues: graph.eigenvalues,
      ...{ normalize, expression, penalty, gamma, lambda, history, converged },
      warnings: warned(method, [
        ...collapses(await spreadOf(algebra, x, pause), await spreadOf(algebra, z, pause), graph),
        ...(fit.hasShrunk ? [`${SHRUNK}; use a lower lambda than ${lambda.toPrecision(3)}`] : []),
      ]),
      engine: algebra.description,
    });
  });
}

interface Problem {
  readonly algebra: Algebra;
  readonly rows: SeenMatrix;
  readonly random: Random;
  readonly pause: Pause;
}

type Checked = TransformedSubspaceClusteringOptions &
  Required<
    Pick<TransformedSubspaceClusteringOptions, keyof typeof SUBSPACE_TRANSFORM_DEFAULTS | 'penalty'>
  >;

interface Learnt {
  readonly layers: readonly Transform[];
  readonly x: Matrix;
  readonly z: Matrix;
  readonly coefficients: Matrix;
  readonly lambda: number;
  readonly history: readonly TransformProgress[];
  readonly converged: boolean;
  /** Whether another iteration would have left no coefficients. */
  readonly hasShrunk: boolean;
}

async function learn(problem: Problem, options: Checked): Promise<Learnt> {
  const { algebra, rows, random, pause } = problem;
  const { layers: count, expression, penalty, gamma } = options;
  const [n, d] = rows.shape;
  const x = await algebra.matrix(n, d, rows.data);
  const held: Matrix[] = [];
  // Between the layers, X_1 to X_count, and Z.
  const between: Matrix[] = [x];
  for (let l = 0; l < count; l++) {
    held.push(await algebra.matrix(d, d, await randomTransform(d, d, random, pause)));
    const clampAtZero = l < count - 1;
    between.push(await algebra.product(between[l], held[l], { transposeB: true, clampAtZero }));
  }
  const ones = new Float64Array(d).fill(1);
  const layers: Transform[] = [];
  const history: TransformProgress[] = [];
  let z = between.pop()!;
  const lambda = options.lambda ?? (await defaultLambda(algebra, z, expression));
  const step = async (l: number, gram: Float64Array, cross?: Float64Array) => {
    const given = { gram, d, k: d, penalty, ...(cross ? { cross } : {}) };
    layers[l] = await transformStep(given, random, pause);
    algebra.write(held[l], layers[l].atoms);
  };
  let coefficients: Matrix | undefined;
  for (;;) {
    const found = await expressed(algebra, z, expression, lambda, pause);
    if (!found) {
      if (!coefficients) refuseLambda(lambda);
      return { layers, x, z, coefficients, lambda, history, converged: false, hasShrunk: true };
    }
    if (coefficients) algebra.free(coefficients);
    const { size } = found;
    coefficients = found.coefficients;
    const after = [...between.slice(1), z];
    for (let l = 0; l < count - 1; l++) {
      const gram = await columnProducts(algebra, between[l], between[l]);
      await step(l, gram, await columnProducts(algebra, between[l], after[l]));
    }
    for (let l = count - 1; l > 0; l--) {
      await proxy(algebra, between, after[l], held, l, pause);
    }
    const last = between[count - 1];
    const solved = await solveExpressed(algebra, coefficients, gamma, ones, last, pause);
    const left = await algebra.combine([
      [1, last],
      [-1, solved],
    ]);
    await step(count - 1, symmetric(await columnProducts(algebra, last, left), d));
    algebra.free(z, left);
    z = await algebra.product(solved, held[count - 1], { transposeB: true });
    algebra.free(solved);
    let objective = gamma * ((await expressionError(algebra, z, coefficients)) + size);
    for (let l = 0; l < count; l++) {
      const image = await algebra.product(between[l], held[l], { transposeB: true });
      objective += await squaredDistance(algebra, image, l === count - 1 ? z : between[l + 1]);
      objective += penalty * regularity(layers[l]);
      algebra.free(image);
    }
    history.push(entryOf(objective, layers));
    const verdict = judge(history, options);
    if (verdict !== 'goes on') {
      const converged = verdict === 'converged';
      return { layers, x, z, coefficients, lambda, history, converged, hasShrunk: false };
    }
  }
}

function refuseLambda(lambda: number): never {
  throw new InvalidArgumentError(
    'lambda',
    `transformedSubspaceClustering: lambda is ${lambda}, at which every coefficient is 0; use a lower one.`,
  );
}

/** Makes X_l the best numbers not below 0 between T_(l-1) X_(l-1) and what T_l is to make of them. */
export async function proxy(
  algebra: Algebra,
  between: readonly Matrix[],
  after: Matrix,
  held: readonly Matrix[],
  l: number,
  pause: Pause,
): Promise<void> {
  const squares = await algebra.gram(held[l], { transposeA: true });
  const gram = await algebra.combine([[1, squares]], { diagonal: 1 });
  const products = await algebra.product(between[l - 1], held[l - 1], { transposeB: true });
  await algebra.product(after, held[l], { beta: 1, into: products });
  await minimize({
    ...{ algebra, gram, products, alpha: 0, positive: true, codes: between[l], pause },
  });
  algebra.free(squares, gram, products);
}

/** (A + A') / 2 of a d x d matrix that is symmetric but for rounding. */
function symmetric(a: Float64Array, d: number): Float64Array {
  return a.map((value, at) => (value + a[(at % d) * d + Math.floor(at / d)]) / 2);
}
