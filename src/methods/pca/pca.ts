/** Principal component analysis. */
import { withRows } from '../../fit/engine.js';
import { InvalidArgumentError } from '../../errors.js';
import type { Eigenpairs } from '../../math/symmetric_eigen.js';
import type { Session } from '../../ops/op.js';
import { forGram, forProducts } from '../../ops/products/hold.js';
import type { Points } from '../../rows/matrix.js';
import { checkOptions } from '../../fit/options.js';
import { tellingOnce } from '../../fit/told_once.js';
import {
  batchesOf,
  checkCount,
  checkedBatches,
  fitBatches,
  isBatches,
  type PointBatches,
  share,
} from './pca_batches.js';
import { leftOver, WIDEST_DENSE } from './pca_incremental.js';
import {
  PCA_DEFAULTS,
  PCA_RULES,
  type PcaOptions,
  type PcaProgress,
  type PcaSolver,
} from './options.js';
import { PcaModel } from './pca_model.js';
import { columnSquares, diagonal, momentsOf, residualMean, Scatter, sum } from './pca_scatter.js';
import { stateOf } from './pca_state.js';
import {
  type Report,
  solveByDeflation,
  solveDense,
  solveInSpan,
  solveRandomized,
  type Wanted,
} from './pca_solvers.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';
import { createRandom } from '../../math/random.js';

/** A matrix of so many columns takes 2 GiB. */
const MOST_COLUMNS = 16_384;
/** Up to so many columns the matrix is fast whatever the rows. */
const NARROW = 192;

/**
 * Principal component analysis: the orthonormal directions along which the points vary most.
 *
 * Behaves as scikit-learn's `PCA` ('covariance', 'randomized') and `IncrementalPCA`.
 *
 * @param points n x d, one row a point, n >= 2; a stream of them; or batches of such rows, for solver
 *   'incremental'.
 *   Never changed, nor to be until the promise settles
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function pca(
  points: Points | PointStream | PointBatches,
  options: PcaOptions = {},
): Promise<PcaModel> {
  options = checkOptions('pca', options, PCA_RULES);
  options.signal?.throwIfAborted();
  if (isBatches(points)) {
    if (options.solver !== undefined && options.solver !== 'incremental') {
      throw new InvalidArgumentError(
        'solver',
        `pca: points come in batches, but solver is '${options.solver}'; use 'incremental', or give one matrix.`,
      );
    }
    checkFraction('incremental', options);
    return fitBatches(checkedBatches(points, options.signal), options);
  }
  checkFraction(options.solver, options);
  const checked = await checkSource('points', points, {}, options.signal);
  const [n, d] = checked.shape;
  checkCount(options.nComponents, n, d);
  if (options.solver === 'incremental') return fitBatches(batchesOf(checked, options), options);
  const solver = options.solver ?? defaultSolver(options.nComponents, d);
  const hold = solver === 'covariance' ? forGram : forProducts;
  const load = {
    metric: 'euclidean',
    hold,
    signal: options.signal,
    retries: options.retries,
  } as const;
  const told = tellingOnce<PcaProgress, PcaOptions>(options, (at) => [at.iteration, at.component]);
  return withRows(options.runtime, checked, load, (session, engine) =>
    fitSession(session, engine, solver, told),
  );
}

/** Refuses a fraction where the number of components must be known beforehand. */
export function checkFraction(solver: PcaSolver | undefined, { nComponents }: PcaOptions): void {
  if (solver !== 'randomized' && solver !== 'incremental') return;
  if (typeof nComponents === 'number' && nComponents < 1) {
    throw new InvalidArgumentError(
      'nComponents',
      `pca: nComponents is ${nComponents}, a fraction, but solver '${solver}' must know the number beforehand; ` +
        `use solver 'covariance' or 'deflation', or give a number of components.`,
    );
  }
}

/** The solver for one matrix where none was chosen. */
export function defaultSolver(nComponents: PcaOptions['nComponents'], d: number): PcaSolver {
  const counted = typeof nComponents === 'number' && nComponents >= 1;
  return counted && d > WIDEST_DENSE ? 'randomized' : 'covariance';
}

/** Of rows that another method has loaded: so many components. */
export function principalComponents(
  session: Session,
  engine: string,
  options: { readonly nComponents: number; readonly signal?: AbortSignal },
): Promise<PcaModel> {
  return fitSession(session, engine, defaultSolver(options.nComponents, session.shape[1]), options);
}

/** Of rows that are loaded, however they are held. */
export async function fitSession(
  session: Session,
  engine: string,
  solver: PcaSolver,
  options: PcaOptions,
): Promise<PcaModel> {
  const { nComponents, whiten = false, signal } = options;
  const [n, d] = session.shape;
  const most = Math.min(n, d);
  const residual = await residualMean(session);
  const scatter = new Scatter(session, residual);
  const dense = solver === 'covariance' && !fewBesideColumns(n, d);
  if (dense && d > MOST_COLUMNS) {
    throw new InvalidArgumentError(
      'solver',
      `pca: points has ${d} columns, but solver 'covariance' holds a matrix of at most ${MOST_COLUMNS} x ${MOST_COLUMNS}; ` +
        `use solver 'randomized' with a number of components.`,
    );
  }
  const matrix = dense ? await scatter.matrix(signal) : undefined;
  const squares = matrix ? diagonal(matrix, d) : await columnSquares(session, residual);
  const total = sum(squares);
  const wanted: Wanted =
    typeof nComponents === 'number' && nComponents < 1
      ? { fraction: nComponents, total }
      : { count: typeof nComponents === 'number' ? nComponents : most };
  let pairs: Eigenpairs;
  if (matrix) pairs = await solveDense(scatter, matrix, most, wanted, signal);
  else if (solver === 'covariance') pairs = await solveInSpan(scatter, most, wanted, signal);
  else pairs = await iterate(scatter, most, wanted, solver, total, options);
  const moments = momentsOf(session, residual, squares);
  const left = await (matrix
    ? leftOver(scatter, total, pairs, signal)
    : scatter.outside(pairs.vectors, signal));
  return new PcaModel(stateOf({ moments, pairs, left }, { whiten, solver, engine }));
}

/** Whether rows are so few that their own span is the faster way to what it holds. */
const fewBesideColumns = (n: number, d: number): boolean => d > NARROW && 2 * n <= d;

/** The iterative solvers. */
async function iterate(
  scatter: Scatter,
  most: number,
  wanted: Wanted,
  solver: PcaSolver,
  total: number,
  options: PcaOptions,
): Promise<Eigenpairs> {
  const { signal, onIteration } = options;
  const random = createRandom(options.seed ?? 0);
  const report: Report | undefined =
    onIteration &&
    ((iteration, component, values) => {
      onIteration({ iteration, component, explained: share(values, total) });
    });
  if (solver === 'randomized' && 'count' in wanted) {
    const { count } = wanted;
    return solveRandomized(scatter, {
      count,
      oversamples: options.nOversamples ?? PCA_DEFAULTS.nOversamples,
      powerIterations: options.iteratedPower ?? (count < most / 10 ? 7 : 4),
      random,
      report,
      signal,
    });
  }
  const maxIter = options.maxIter ?? PCA_DEFAULTS.maxIter;
  const tolerance = options.tol ?? PCA_DEFAULTS.tol;
  const found = await solveByDeflation(scatter, {
    most,
    wanted,
    tolerance,
    maxIter,
    random,
    report,
    signal,
  });
  if (found.unfinished > 0) {
    console.warn(
      `pca: ${found.unfinished} of ${found.values.length} directions still turned after ${maxIter} iterations, ` +
        `most likely because neighbouring variances are almost equal; set maxIter higher, or use solver 'covariance'.`,
    );
  }
  if (found.rounded > 0) {
    console.warn(
      `pca: ${found.rounded} of ${found.values.length} directions are only as near as float32 rounding leaves them, ` +
        `as their variances are below a thousandth of the first; use solver 'covariance'.`,
    );
  }
  return found;
}
