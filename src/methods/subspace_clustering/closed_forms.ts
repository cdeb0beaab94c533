/** Least squares and low-rank representation, whose coefficients have a formula. */
import { InvalidArgumentError } from '../../errors.js';
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import { addScaled, dot } from '../../math/vectors.js';
import type { Algebra, Matrix as Held } from '../../ops/algebra/algebra.js';
import { type Task, refusePenalty } from './expression.js';

/** Of the rows' squares, and of half a unit in the last place: with less on the diagonal a factor is noise. */
const LEAST_RIDGE = 128;

/**
 * Least squares regression: min |Y - C X|^2 / 2 + lambda |C|^2 / 2 (Lu et al., "Robust and efficient subspace
 * segmentation via least squares regression", ECCV 2012). With `zeroDiagonal` no row takes part in its own
 * sum: of D = (X X' + lambda I)^-1 that is -D_ij / D_ii. One Cholesky factor of the smaller of X X' and X' X;
 * where lambda is too small for the engine's digits, or 0 (the C of least length), eigenpairs of it in float64.
 */
export async function leastSquares(
  task: Task,
  lambda: number,
  zeroDiagonal: boolean,
): Promise<Held> {
  const { algebra, x, y, rows } = task;
  const [n, d] = [x.rows, x.columns];
  const own = x === y;
  const squares = dot(rows, rows);
  if (lambda <= LEAST_RIDGE * algebra.rounding * squares) {
    const ridge = await filtered(task, (square) => square / (square + lambda));
    return own && zeroDiagonal ? withoutSelf(algebra, ridge, 1, -1) : ridge;
  }
  const products = await algebra.gram(x, { transposeA: d < n });
  const factor = await algebra.cholesky(
    await algebra.combine([[1, products]], { diagonal: lambda, into: products }),
  );
  const refine = { refine: 3 };
  if (d < n) {
    const images = await algebra.solve(factor, await algebra.transpose(x), refine);
    const ridge = await algebra.product(y, images);
    return own && zeroDiagonal ? withoutSelf(algebra, ridge, 1, -1) : ridge;
  }
  if (!own) {
    const solved = await algebra.solve(
      factor,
      await algebra.product(x, y, { transposeB: true }),
      refine,
    );
    return algebra.transpose(solved);
  }
  const inverse = await algebra.inverse(factor, refine);
  if (zeroDiagonal) return withoutSelf(algebra, inverse, 0, -1);
  return algebra.combine([[-lambda, inverse]], { diagonal: 1 });
}

/** A_ij / (base + sign A_ii), and 0 on the diagonal: of a row that no other takes part in all is 0. */
async function withoutSelf(
  algebra: Algebra,
  matrix: Held,
  base: number,
  sign: number,
): Promise<Held> {
  const diagonal = await algebra.read(await algebra.diagonal(matrix));
  const factors = Float64Array.from(diagonal, (value) => {
    const rest = base + sign * value;
    return Math.abs(rest) > 16 * algebra.rounding * Math.abs(value) ? 1 / rest : 0;
  });
  const byRows = await algebra.matrix(1, matrix.rows, factors);
  const scaled = await algebra.scale(matrix, { rows: byRows });
  return algebra.combine([[1, scaled]], { zeroDiagonal: true });
}

/**
 * Low-rank subspace clustering without outliers: min |X - C X|^2 / 2 + lambda |C|_* (Favaro, Vidal &
 * Ravichandran, "A closed form solution to robust subspace estimation and clustering", CVPR 2011), which is
 * V diag(1 - lambda / s^2) V' over the singular values s above the square root of lambda.
 *
 * @param mayBeNone whether C may be 0, where lambda leaves none; else InvalidArgumentError
 */
export function lowRank(task: Task, lambda: number, mayBeNone = false): Promise<Held> {
  return filtered(task, (square, largest) => {
    if (lambda >= largest && !mayBeNone) refusePenalty('lambda', lambda, largest);
    return Math.max(0, 1 - lambda / square);
  });
}

/**
 * U diag(f(s^2)) U' of the singular values s and left vectors U of X, of the rank that float32 rows have; for
 * other rows Y the C with that for Y = X. In float64 on the host but for the last products.
 */
async function filtered(
  task: Task,
  gain: (square: number, largest: number) => number,
): Promise<Held> {
  const { algebra, x, y, rows, pause } = task;
  const [n, d] = [x.rows, x.columns];
  const size = Math.min(n, d);
  const vectors = Array.from({ length: size }, (_, i) =>
    n <= d ? rows.subarray(i * d, (i + 1) * d) : rows.filter((_value, at) => at % d === i),
  );
  const products = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      products[i * size + j] = products[j * size + i] = dot(vectors[i], vectors[j]);
    }
    await pause();
  }
  const pairs = await symmetricEigen(products, size, pause);
  const [largest] = pairs.values;
  if (!(largest > 0)) {
    throw new InvalidArgumentError(
      'points',
      'subspaceClustering: all rows are zeros; give rows that differ from the origin.',
    );
  }
  const noise = largest * (2 ** -23 * Math.max(n, d)) ** 2;
  const rank = pairs.values.filter((value) => value > noise).length;
  const basis = new Float64Array(rank * n);
  const inverse = new Float64Array(rank * n);
  for (let r = 0; r < rank; r++) {
    const square = pairs.values[r];
    const left = n <= d ? pairs.vectors[r] : new Float64Array(n);
    if (n > d) {
      vectors.forEach((column, j) => {
        addScaled(left, pairs.vectors[r][j] / Math.sqrt(square), column);
      });
    }
    const factor = gain(square, largest);
    basis.set(left, r * n);
    inverse.set(
      left.map((value) => value * (x === y ? factor : factor / square)),
      r * n,
    );
    await pause();
  }
  const [left, weighted] = [
    await algebra.matrix(rank, n, basis),
    await algebra.matrix(rank, n, inverse),
  ];
  if (x === y) return algebra.product(weighted, left, { transposeA: true });
  const maps = await algebra.product(weighted, x);
  const images = await algebra.product(y, maps, { transposeB: true });
  return algebra.product(images, left);
}
