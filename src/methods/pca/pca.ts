/** Principal component analysis. */
import { refuseChanged, type RuntimeChoice } from '../../fit/backend.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import type { Eigenpairs } from '../../math/symmetric_eigen.js';
import type { CheckedMatrix, GpuMatrix, Points } from '../../rows/matrix.js';
import { checkOptions } from '../../fit/options.js';
import type { PcaSession } from './pca_backend.js';
import { extend, leftOver, type Summary, WIDEST_DENSE } from './pca_incremental.js';
import { PCA_DEFAULTS, PCA_RULES, type PcaSolver } from './options.js';
import { PcaModel, stateOf } from './pca_model.js';
import { columnSquares, diagonal, momentsOf, residualMean, Scatter, sum } from './pca_scatter.js';
import { withPcaSession } from './pca_session.js';
import {
  type Report,
  solveByDeflation,
  solveDense,
  solveInSpan,
  solveRandomized,
  type Wanted,
} from './pca_solvers.js';
import { isStreamed, type PointSource } from '../../rows/load_options.js';
import { iterated, type PointStream } from '../../rows/point_stream.js';
import { checkPoints, checkSource } from '../../rows/points.js';
import { createRandom } from '../../math/random.js';

/** What `onIteration` is told: after each iteration, or after each batch of rows. */
export interface PcaProgress {
  /** From 1; solver 'deflation' counts anew for each component. */
  readonly iteration: number;
  /** Components found before the one under way (solver 'deflation'), else 0. */
  readonly component: number;
  /** The share of the variance that the components so far explain. */
  readonly explained: number;
}

export interface PcaOptions {
  /**
   * How many components to keep: a number from 1 to min(n, d), a fraction of the variance between 0
   * and 1 that they must exceed (solvers 'covariance' and 'deflation'), or 'all'. Default 'all'.
   */
  readonly nComponents?: number | 'all';
  /** Scale the scores to variance 1. Default false. */
  readonly whiten?: boolean;
  /**
   * - 'covariance': the covariance matrix on the device, its eigenvectors on the host in float64. Where
   *   the smallest variance kept is below a thousandth of the first, the rows are looked at once more
   *   along all directions found, as sums of float32 would leave little of it. Of more than 192
   *   columns and at most half as many rows, the rows' own span instead of the matrix.
   * - 'randomized': subspace iteration from random directions (Halko et al. 2011), for columns in the
   *   thousands and few components.
   * - 'deflation': the direction of the largest variance, then that orthogonal to it, and so on, each
   *   by conjugate gradients. Those of less than a millionth of the first's variance are not told apart,
   *   and below 1e-8 of it the variances themselves are inexact; a warning says so.
   * - 'incremental': batch by batch (Ross et al. 2008), for rows that do not fit in memory.
   *
   * Default: 'incremental' for batches; 'randomized' for more than 2,048 columns where nComponents is
   * a number; else 'covariance'.
   */
  readonly solver?: PcaSolver;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  /** 'randomized': directions beyond nComponents to work with. Default 10. */
  readonly nOversamples?: number;
  /** 'randomized': products with X^T X before the last one. Default 7 for less than min(n, d) / 10 components, else 4. */
  readonly iteratedPower?: number;
  /** 'deflation': a direction is found when |C w - v w| <= tol v. Default 1e-6. */
  readonly tol?: number;
  /** 'deflation': iterations at most for one direction. Default 1,000. */
  readonly maxIter?: number;
  /** 'incremental': rows in a batch, where `points` is one matrix. Default 5 d. */
  readonly batchSize?: number;
  readonly onIteration?: (progress: PcaProgress) => void;
  /** Cancels the fit: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
  /**
   * How often the fit goes on on a fresh device after one was lost, for the same bits; nothing is told twice.
   * Default 1 on the shared device, 0 with a runtime of your own, which another like it then replaces; a
   * device that you lent is yours to replace.
   */
  readonly retries?: number;
}

/** Rows that come batch by batch, each n x d. */
export type PointBatches = AsyncIterable<Points>;

const BATCH_ROWS_PER_COLUMN = 5;
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
  const forGram = solver === 'covariance';
  return withPcaSession(
    options.runtime,
    checked,
    { forGram, signal: options.signal },
    (session, engine) => fit(session, engine, solver, options),
  );
}

function isBatches(points: Points | PointStream | PointBatches): points is PointBatches {
  return (
    typeof points === 'object' && (points as unknown) !== null && Symbol.asyncIterator in points
  );
}

function checkCount(nComponents: PcaOptions['nComponents'], n: number, d: number): void {
  if (n < 2) {
    throw new ShapeError(`points has 1 row; pca needs at least 2 rows, or nothing varies.`);
  }
  const most = Math.min(n, d);
  if (typeof nComponents === 'number' && nComponents > most) {
    throw new InvalidArgumentError(
      'nComponents',
      `pca: nComponents is ${nComponents}, but points is ${n} x ${d}; it must be from 1 to min(n, d) = ${most}, ` +
        `a fraction between 0 and 1, or 'all'.`,
    );
  }
}

/** Refuses a fraction where the number of components must be known beforehand. */
function checkFraction(solver: PcaSolver | undefined, { nComponents }: PcaOptions): void {
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
function defaultSolver(nComponents: PcaOptions['nComponents'], d: number): PcaSolver {
  const counted = typeof nComponents === 'number' && nComponents >= 1;
  return counted && d > WIDEST_DENSE ? 'randomized' : 'covariance';
}

async function fit(
  session: PcaSession,
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

const share = (values: ArrayLike<number>, total: number): number =>
  total > 0 ? sum(values) / total : 0;

/** The rows of one matrix on the host, or of a stream, batch by batch. */
async function* batchesOf(
  points: PointSource,
  { batchSize }: PcaOptions,
): AsyncGenerator<CheckedMatrix> {
  if ('buffer' in points) {
    throw new InvalidArgumentError(
      'solver',
      `pca: points lie on the device whole, so nothing is gained by solver 'incremental'; use 'covariance'.`,
    );
  }
  const {
    shape: [n, d],
    shift,
  } = points;
  const step = batchSize ?? BATCH_ROWS_PER_COLUMN * d;
  if (isStreamed(points)) {
    for await (const data of points.blocks(step)) {
      yield { data, shape: [data.length / d, d], ...(shift ? { shift } : {}) };
    }
    return;
  }
  const { data } = points;
  for (let start = 0; start < n; start += step) {
    const rows = Math.min(step, n - start);
    refuseChanged(points);
    const part = data.subarray(start * d, (start + rows) * d);
    yield { data: part, shape: [rows, d], ...(shift ? { shift } : {}) };
  }
}

/** The caller's batches, all of the first one's width. */
async function* checkedBatches(
  batches: PointBatches,
  signal: AbortSignal | undefined,
): AsyncGenerator<CheckedMatrix | GpuMatrix> {
  let at = 0;
  let columns: number | undefined;
  for await (const batch of iterated('points', batches, signal)) {
    const checked = checkPoints(`batch ${at}`, batch, columns === undefined ? {} : { columns });
    columns = checked.shape[1];
    at++;
    yield checked;
  }
}

async function fitBatches(
  batches: AsyncIterable<CheckedMatrix | GpuMatrix>,
  options: PcaOptions,
): Promise<PcaModel> {
  const { nComponents = 'all', whiten = false, seed = 0, runtime, signal, onIteration } = options;
  const most = nComponents === 'all' ? Number.POSITIVE_INFINITY : nComponents;
  let summary: Summary | undefined;
  let engine = '';
  let iteration = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const before = summary;
    const forGram = batch.shape[1] <= WIDEST_DENSE;
    summary = await withPcaSession(runtime, batch, { forGram, signal }, (session, name) => {
      engine = name;
      return extend(before, session, most, seed, signal);
    });
    iteration++;
    const { moments, pairs } = summary;
    const explained = share(pairs.values, sum(moments.squares));
    onIteration?.({ iteration, component: 0, explained });
  }
  if (!summary) throw new ShapeError('points has no batches; give at least one.');
  const { rows, mean } = summary.moments;
  checkCount(nComponents, rows, mean.length);
  return new PcaModel(stateOf(summary, { whiten, solver: 'incremental', engine }));
}
