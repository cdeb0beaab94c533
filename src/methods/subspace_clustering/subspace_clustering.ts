/** Subspace clustering. */
import { plural } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import type { LabelAssignment, Laplacian } from '../spectral_clustering/options.js';
import type { Affinity } from '../spectral_clustering/affinity.js';
import type { NormalizedGraph } from '../spectral_clustering/graph.js';
import { clusterGraph } from '../spectral_clustering/spectral_clustering.js';
import { affinityOf } from './coefficient_graph.js';
import { express } from './express.js';
import {
  type CoefficientAffinity,
  type LassoIteration,
  type LassoSolver,
  type RowScale,
  type Settings,
  settingsOf,
  settled,
  SUBSPACE_RULES,
  type SubspaceMethod,
} from './options.js';
import { heldRows, hostRows } from './rows.js';
import { SubspaceClusteringModel } from './subspace_model.js';

/** The coefficients of 'ssc', 'lsr' and 'lrsc', of more bytes, are refused: they are held several times over. */
const MOST_BYTES = 2 ** 30;

export interface SubspaceClusteringOptions extends ComputeOptions {
  /** Number of clusters, 1 <= k <= n. */
  readonly k: number;
  /**
   * How each row x is expressed by the others, X without x: 'ssc' (default) by few, min |c|_1 + w / 2 |x - c
   * X|^2; 'omp' by `nNonzero` at most, greedily; 'elasticNet' by few that resemble each other, min |x - c X|^2
   * / 2 + w (t |c|_1 + (1 - t) |c|^2 / 2); 'lsr' by all, min |x - c X|^2 / 2 + lambda |c|^2 / 2; 'lrsc' by a
   * matrix of low rank, min |X - C X|^2 / 2 + lambda |C|_*. 'ssc', 'lsr' and 'lrsc' hold n x n numbers, 4 n^2
   * bytes several times over, refused above 1 GiB (n 16,384); 'omp' and 'elasticNet' are sparse.
   */
  readonly method?: SubspaceMethod;
  /** Coefficients of a row at most: of 'omp' (default 10), of 'elasticNet' (default 50). */
  readonly nNonzero?: number;
  /**
   * The weight of the squares, as a multiple of that at which a row ('ssc': the last of all rows) has no
   * coefficients; above 1. Default 20 for 'ssc', 50 for 'elasticNet'.
   */
  readonly alpha?: number;
  /**
   * The weight of the penalty: of 'lsr' and 'lrsc', default 0.01; in place of `alpha` of 'ssc' (w is 1 / lambda)
   * and 'elasticNet' (w is lambda).
   */
  readonly lambda?: number;
  /** t of 'elasticNet', above 0 and at most 1. Default 0.9. */
  readonly l1Ratio?: number;
  /** 'lsr': no row takes part in its own sum. Default true; false is the paper's second form. */
  readonly zeroDiagonal?: boolean;
  /** 'ssc' by 'admm': coefficients of a row add up to 1, for subspaces off the origin. Default false. */
  readonly affine?: boolean;
  /** 'ssc' by 'admm': single entries of rows may be wrong, as shadows on faces are. Default false. */
  readonly outliers?: boolean;
  /** Rows are scaled to length 1 first. Default true, with `outliers` false. */
  readonly normalize?: boolean;
  /** Of 'ssc': 'admm' (default) or 'fista', which find the same. */
  readonly solver?: LassoSolver;
  /**
   * Of 'admm': 'exact' (default) finds the stated minimum; 'matlab' repeats the steps of the authors' code, whose
   * fixed point is another, for figures beside the published ones.
   */
  readonly iteration?: LassoIteration;
  /** Iterations of 'ssc' at most. Default 500; of 'matlab' 200, with outliers 150. */
  readonly maxIter?: number;
  /** 'ssc' ends where no coefficient moves by more. Default 1e-5; of 'matlab' 2e-4. */
  readonly tol?: number;
  /** Of each row's coefficients the largest are kept that have this share of all magnitudes. Default 1. */
  readonly keep?: number;
  /** Of each row's coefficients so many of the largest are kept. Default: all. */
  readonly nLargest?: number;
  /**
   * What they are divided by: the 'largest' (default of 'ssc' and 'lsr'), their 'length' ('omp' and
   * 'elasticNet') or 'none' ('lrsc', with `outliers`, and always for 'dscNet').
   */
  readonly rowScale?: RowScale;
  /**
   * 'magnitudes' (default): |C| + |C|'. 'nearestNeighbours': 1/2 for each of the `nNeighbours` rows of C that
   * are most alike to a row by cosine, sparse, as the authors of 'elasticNet' take it. 'dscNet': cosines between the rows of the factor of (C + C') / 2 of rank
   * k `dimension` + 1, to a power, as the code of DSC-Net has them; dense.
   */
  readonly affinity?: CoefficientAffinity;
  /** For 'nearestNeighbours'. Default 3. */
  readonly nNeighbours?: number;
  /** Of each subspace, for 'dscNet'. Default 10. */
  readonly dimension?: number;
  /** For 'dscNet'. Default 3.5. */
  readonly power?: number;
  /** See `spectralClustering`. Default 'ngJordanWeiss'. */
  readonly laplacian?: Laplacian;
  /**
   * See `spectralClustering`. Default 0, as for scikit-learn's and the papers' graphs; of 'omp' 0.4, as its graphs are
   * sparse and uneven, which is what it is for (Qin & Rohe, "Regularized spectral clustering under the
   * degree-corrected stochastic blockmodel", NIPS 2013): 0.4 takes 'omp'
   * from 65 to 69 % right and 'ssc' from 71 to 75 % on ORL's faces, 'omp' from 68 to 71 % on 1,000 digits: try it
   * for rows of many columns. On two planes in space it takes 'ssc' from 93 to 70 %.
   */
  readonly regularization?: number;
  /** See `spectralClustering`. Default 'kmeans'. */
  readonly assignLabels?: LabelAssignment;
  /** Runs of 'kmeans' from different seeds. Default 20. */
  readonly nInit?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
}

/**
 * Subspace clustering: rows that lie near several subspaces through the origin (lines, planes ...), each
 * expressed by the others; as few or as small coefficients as will do lie on rows of the same subspace, and
 * spectral clustering of their magnitudes finds these (Vidal, "Subspace clustering", IEEE Signal Processing
 * Magazine 28, 2011).
 *
 * @param points n x d, n >= 2, one row a point, in any form, or a stream, which is collected. Never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; NotPositiveDefiniteError where a
 *   system is singular to the engine's digits; DeviceLostError, OutOfMemoryError, DeviceLimitError from the
 *   device; the signal's reason when cancelled
 */
export async function subspaceClustering(
  points: Points | PointStream,
  options: SubspaceClusteringOptions,
): Promise<SubspaceClusteringModel> {
  const checked = settled(checkOptions('subspaceClustering', options, SUBSPACE_RULES));
  const { k, runtime, signal } = checked;
  if ((k as unknown) === undefined) {
    throw new InvalidArgumentError(
      'k',
      `subspaceClustering: k is undefined; it must be ${SUBSPACE_RULES.k.rule}.`,
    );
  }
  const settings = settingsOf(checked);
  checkSolver(settings);
  signal?.throwIfAborted();
  const source = await checkSource('points', points, { shift: 'none' }, signal);
  const [n, d] = source.shape;
  checkRows(n, k, settings);
  const where = { ...(runtime ? { runtime } : {}), ...(signal ? { signal } : {}) };
  const given = await hostRows(source, where);
  const { rows, scale } = heldRows(given, d, settings.normalize);
  const pause = createPause(signal);
  const { engine, ...expressed } = await withAlgebra(runtime, source, signal, async (algebra) => {
    const x = await algebra.matrix(n, d, rows);
    const doubles = Float64Array.from(rows);
    const task = { algebra, x, y: x, rows: doubles, targets: doubles, pause };
    return { ...(await express(task, settings, scale ** 2)), engine: algebra.description };
  });
  const affinity = await affinityOf(expressed.coefficients, checked, pause);
  checkAny(affinity);
  const graph = await clusterGraph(affinity, engine, checked, (found) => {
    warnOfParts(found, k);
  });
  return new SubspaceClusteringModel({
    ...expressed,
    ...{ shape: [n, d], k, labels: graph.labels, settings, rows, scale, affinity },
    ...{ eigenvalues: graph.eigenvalues, engine: graph.engine },
  });
}

function checkSolver({ method, solver, affine, outliers, lambda }: Settings): void {
  if (method === 'ssc' && lambda === 0) {
    throw new InvalidArgumentError(
      'lambda',
      `subspaceClustering: lambda is 0; of 'ssc' it must be above 0, as w is 1 / lambda: use a small one, or 'lsr'.`,
    );
  }
  if (method !== 'ssc' || solver === 'admm' || (!affine && !outliers)) return;
  const name = affine ? 'affine' : 'outliers';
  throw new InvalidArgumentError(
    'solver',
    `subspaceClustering: solver is 'fista', which cannot do ${name}: true; use 'admm'.`,
  );
}

function checkRows(n: number, k: number, { method }: Settings): void {
  if (n < 2) {
    throw new InvalidArgumentError(
      'points',
      'subspaceClustering: points has 1 row, which no other can express; give at least 2.',
    );
  }
  if (k > n) {
    throw new InvalidArgumentError(
      'k',
      `subspaceClustering: k is ${k}, but there are ${n} ${plural(n, 'row')}; use k <= ${n}.`,
    );
  }
  const bytes = 4 * n * n;
  if (method === 'omp' || method === 'elasticNet' || bytes <= MOST_BYTES) return;
  throw new InvalidArgumentError(
    'method',
    `subspaceClustering: the coefficients of ${n} rows by method '${method}' take ${bytes} bytes, above ${MOST_BYTES}; use 'omp' or 'elasticNet', whose coefficients are sparse.`,
  );
}

function checkAny({ data }: Affinity): void {
  if (data.some((value) => value > 0)) return;
  throw new InvalidArgumentError(
    'points',
    'subspaceClustering: no row is expressed by any other, as all are orthogonal; give rows of which several lie in each subspace.',
  );
}

/** As many parts as clusters are what is wanted. */
function warnOfParts({ isolated, parts }: NormalizedGraph, k: number): void {
  if (parts <= k) return;
  const alone = isolated > 0 ? `, ${isolated} of them single rows` : '';
  console.warn(
    `subspaceClustering: the coefficients leave ${parts} parts of rows that have nothing to do with each other${alone}, ` +
      `more than k = ${k}: labels of some are chance. Use more coefficients: nNonzero, a lower alpha or l1Ratio, or method 'lsr'.`,
  );
}
