/** PCA by batches: what was kept of the rows so far is extended by more rows. */
import type { Eigenpairs } from '../../math/symmetric_eigen.js';
import type { Session } from '../../ops/op.js';
import {
  columnSquares,
  diagonal,
  type Moments,
  momentsOf,
  type RankOne,
  residualMean,
  Scatter,
  sum,
} from './pca_scatter.js';
import { isUnsure, solveDense, solveRandomized } from './pca_solvers.js';
import { createRandom } from '../../math/random.js';

/** Wider scatter matrices are not formed: products with a few directions stand in for them. */
export const WIDEST_DENSE = 2048;
/** The sketch for such: directions beyond those kept, and products. */
const OVERSAMPLES = 10;
const POWER_ITERATIONS = 7;

/** What is kept of the rows so far. */
export interface Summary {
  readonly moments: Moments;
  /** The largest eigenpairs of their scatter matrix. */
  readonly pairs: Eigenpairs;
  /** The sum of squares along all other directions. */
  readonly left: number;
}

/**
 * The summary of the rows so far and those of `session`, with at most `most` pairs (Ross, Lim, Lin &
 * Yang 2008): the scatter about the common mean is that of the kept pairs, that of the batch about its
 * own mean, and one rank for the way between the two means.
 */
export async function extend(
  before: Summary | undefined,
  session: Session,
  most: number,
  seed: number,
  signal?: AbortSignal,
): Promise<Summary> {
  const [, d] = session.shape;
  const residual = await residualMean(session);
  const batch = momentsOf(session, residual, await columnSquares(session, residual));
  const moments = before ? merge(before.moments, batch) : batch;
  const scatter = new Scatter(session, residual, before ? keptAndBetween(before, batch) : []);
  const count = Math.min(most, moments.rows, d);
  if (d > WIDEST_DENSE) {
    const pairs = await solveRandomized(scatter, {
      count,
      oversamples: OVERSAMPLES,
      powerIterations: POWER_ITERATIONS,
      random: createRandom(seed),
      signal,
    });
    const left = (before?.left ?? 0) + (await scatter.outside(pairs.vectors, signal));
    return { moments, pairs, left };
  }
  const matrix = await scatter.matrix(signal);
  const pairs = await solveDense(scatter, matrix, count, { count }, signal);
  const total = sum(diagonal(matrix, d));
  const left = (before?.left ?? 0) + (await leftOver(scatter, total, pairs, signal));
  return { moments, pairs, left };
}

/** The sum of the eigenvalues that are not among `pairs`, where `total` is that of all. */
export async function leftOver(
  scatter: Scatter,
  total: number,
  { values, vectors }: Eigenpairs,
  signal: AbortSignal | undefined,
): Promise<number> {
  const left = Math.max(0, total - sum(values));
  // The difference of sums is mostly their rounding where it is small beside them.
  return isUnsure(left, total, scatter.rounding) ? scatter.outside(vectors, signal) : left;
}

/** The moments of two sets of rows together (Chan, Golub & LeVeque 1983). */
export function merge(a: Moments, b: Moments): Moments {
  const rows = a.rows + b.rows;
  return {
    rows,
    mean: a.mean.map((value, j) => value + (b.mean[j] - value) * (b.rows / rows)),
    squares: a.squares.map(
      (value, j) =>
        value + b.squares[j] + (b.mean[j] - a.mean[j]) ** 2 * ((a.rows * b.rows) / rows),
    ),
  };
}

function keptAndBetween({ moments, pairs }: Summary, batch: Moments): RankOne[] {
  const kept = pairs.vectors.map((vector, t) => ({ weight: pairs.values[t], vector }));
  const weight = (moments.rows * batch.rows) / (moments.rows + batch.rows);
  const vector = batch.mean.map((value, j) => value - moments.mean[j]);
  return [...kept, { weight, vector }];
}
