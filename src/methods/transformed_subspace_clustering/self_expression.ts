/** Rows as sums of the other rows, and what must agree with that. */
import { InvalidArgumentError } from '../../errors.js';
import type { Pause } from '../../math/event_loop.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import { affinityOf } from '../subspace_clustering/coefficient_graph.js';
import { leastSquares, lowRank } from '../subspace_clustering/closed_forms.js';
import { largestOfRows, most, type Task } from '../subspace_clustering/expression.js';
import { criticalOf, lasso } from '../subspace_clustering/lasso.js';
import { settled, settingsOf } from '../subspace_clustering/options.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import type { SpectralClusteringModel } from '../spectral_clustering/spectral_model.js';
import { spectralClustering } from '../spectral_clustering/spectral_clustering.js';
import { total } from '../transform_learning/engine_sums.js';
import type { Expression } from './options.js';

/** C with Z = C Z about. */
export interface Expressed {
  /** n x n; of 'llmc' and 'ssc' with zeros on its diagonal. */
  readonly coefficients: Matrix;
  /** R(C): lambda |C|^2, 2 lambda |C|_1 or 2 lambda |C|_*. */
  readonly size: number;
}

/** The C that minimises |Z - C Z|^2 + R(C); undefined where that is 0, as lambda is too large for so small a Z. */
export async function expressed(
  algebra: Algebra,
  z: Matrix,
  kind: Expression,
  lambda: number,
  pause: Pause,
): Promise<Expressed | undefined> {
  const found = await solved(algebra, z, kind, lambda, pause);
  if (found && found.size > 0) return found;
  if (found) algebra.free(found.coefficients);
  return undefined;
}

/** What is told of a fit that ends before its Z becomes too small to be expressed. */
export const SHRUNK =
  'rows have shrunk so far that the penalty of their coefficients would leave none: the fit ends before that';

async function solved(
  algebra: Algebra,
  z: Matrix,
  kind: Expression,
  lambda: number,
  pause: Pause,
): Promise<Expressed | undefined> {
  const rows = Float64Array.from(await algebra.read(z));
  if (rows.every((value) => value === 0)) return undefined;
  const task: Task = { algebra, x: z, y: z, rows, targets: rows, pause };
  if (kind === 'llmc') {
    const coefficients = await leastSquares(task, lambda, true);
    return { coefficients, size: lambda * (await total(algebra, coefficients, 'squares')) };
  }
  if (kind === 'ssc') {
    if (lambda >= most(await largestProducts(algebra, z))) return undefined;
    const settings = settingsOf(settled({ method: 'ssc', lambda }));
    const { data } = (await lasso(task, settings, 1)).coefficients;
    const coefficients = await algebra.matrix(z.rows, z.rows, data);
    const size = 2 * lambda * (await total(algebra, coefficients, 'magnitudes'));
    return { coefficients, size };
  }
  const coefficients = await lowRank(task, lambda, true);
  // Without negative eigenvalues: their sum is the trace.
  const diagonal = await algebra.diagonal(coefficients);
  const values = await algebra.read(diagonal);
  algebra.free(diagonal);
  let trace = 0;
  for (const value of values) trace += value;
  return { coefficients, size: 2 * lambda * trace };
}

/** |Z - C Z|^2. */
export async function expressionError(
  algebra: Algebra,
  z: Matrix,
  coefficients: Matrix,
): Promise<number> {
  const left = await residuals(algebra, z, coefficients);
  const size = await total(algebra, left, 'squares');
  algebra.free(left);
  return size;
}

/** (I - C) Z. */
async function residuals(algebra: Algebra, z: Matrix, coefficients: Matrix): Promise<Matrix> {
  const left = await algebra.combine([[1, z]]);
  return algebra.product(coefficients, z, { alpha: -1, beta: 1, into: left });
}

/** Shares by which lambda is chosen where it is not given. */
const SHARES: Readonly<Record<Expression, number>> = { llmc: 0.1, ssc: 0.05, lowRank: 0.1 };

/**
 * A lambda for rows Z: a tenth of their mean square length; of 'ssc' a twentieth of that at which a row has
 * no coefficients, as in `subspaceClustering`.
 */
export async function defaultLambda(
  algebra: Algebra,
  z: Matrix,
  kind: Expression,
): Promise<number> {
  if (kind !== 'ssc') return (SHARES[kind] * (await total(algebra, z, 'squares'))) / z.rows || 1;
  return SHARES[kind] * criticalOf(await largestProducts(algebra, z));
}

/** Of each row the largest magnitude of its products with others. */
async function largestProducts(algebra: Algebra, z: Matrix): Promise<ArrayLike<number>> {
  const products = await algebra.product(z, z, { transposeB: true, zeroDiagonal: true });
  const largest = await largestOfRows(algebra, products);
  algebra.free(products);
  return largest;
}

/** Above this the n x n coefficients are refused. */
const MOST_BYTES = 2 ** 30;

/** Throws InvalidArgumentError unless n x n coefficients have room, and rows others to be expressed by. */
export function checkExpressible(method: string, n: number): void {
  const bytes = 4 * n * n;
  if (n >= 2 && bytes <= MOST_BYTES) return;
  throw new InvalidArgumentError(
    'points',
    n < 2
      ? `${method}: points has 1 row, which no other can express; give at least 2.`
      : `${method}: the coefficients of ${n} rows take ${bytes} bytes, above ${MOST_BYTES}; give fewer rows.`,
  );
}

const MOST_STEPS = 500;
/** Of the right side's squares, below which a column is solved; on a device what its digits allow. */
const SETTLED = 1e-18;

/**
 * W with W diag(shifts) + gamma M W = B, M = (I - C)'(I - C): by conjugate gradients, each column with its own
 * shift, all in one product with C and one with its transpose a step, 4 n^2 k operations. No n x n matrix is
 * factored.
 */
export async function solveExpressed(
  algebra: Algebra,
  coefficients: Matrix,
  gamma: number,
  shifts: Float64Array,
  b: Matrix,
  pause: Pause,
): Promise<Matrix> {
  const { rows: n, columns: k } = b;
  const least = Math.max(SETTLED, (4 * algebra.rounding) ** 2);
  const w = await algebra.matrix(n, k);
  const rest = await algebra.combine([[1, b]]);
  let p = await algebra.combine([[1, b]]);
  const held = await algebra.matrix(1, k, shifts);
  const factors = await algebra.matrix(1, k);
  let squares = await columnSquares(algebra, rest);
  const first = squares;
  for (let step = 0; step < MOST_STEPS; step++) {
    await pause();
    if (squares.every((value, j) => value <= least * first[j])) break;
    const left = await residuals(algebra, p, coefficients);
    const image = await algebra.scale(p, { columns: held });
    await algebra.combine(
      [
        [1, image],
        [gamma, left],
      ],
      { into: image },
    );
    await algebra.product(coefficients, left, {
      transposeA: true,
      alpha: -gamma,
      beta: 1,
      into: image,
    });
    const along = await columnDots(algebra, p, image);
    const move = squares.map((value, j) => (along[j] > 0 ? value / along[j] : 0));
    algebra.write(factors, move);
    const [moved, less] = [
      await algebra.scale(p, { columns: factors }),
      await algebra.scale(image, { columns: factors }),
    ];
    await algebra.combine(
      [
        [1, w],
        [1, moved],
      ],
      { into: w },
    );
    await algebra.combine(
      [
        [1, rest],
        [-1, less],
      ],
      { into: rest },
    );
    const now = await columnSquares(algebra, rest);
    algebra.write(
      factors,
      now.map((value, j) => (squares[j] > 0 ? value / squares[j] : 0)),
    );
    const turned = await algebra.scale(p, { columns: factors });
    const next = await algebra.combine([
      [1, rest],
      [1, turned],
    ]);
    algebra.free(left, image, moved, less, turned, p);
    p = next;
    squares = now;
  }
  algebra.free(rest, p, held, factors);
  return w;
}

async function columnSquares(algebra: Algebra, a: Matrix): Promise<Float64Array> {
  const sums = await algebra.sums(a, 'columns', 'squares');
  const values = Float64Array.from(await algebra.read(sums));
  algebra.free(sums);
  return values;
}

async function columnDots(algebra: Algebra, a: Matrix, b: Matrix): Promise<Float64Array> {
  const products = await algebra.product(a, b, { transposeA: true });
  const diagonal = await algebra.diagonal(products);
  const values = Float64Array.from(await algebra.read(diagonal));
  algebra.free(products, diagonal);
  return values;
}

/** Of the graphs that docs/transforms.md has figures of. */
const REGULARIZATION = 0.4;

/** The clusters of the graph |C| + |C|', coefficients of each row divided by the largest. */
export async function cut(
  algebra: Algebra,
  coefficients: Matrix,
  { k, nInit, seed }: { readonly k: number; readonly nInit: number; readonly seed: number },
  where: ComputeOptions,
  pause: Pause,
): Promise<SpectralClusteringModel> {
  const data = Float32Array.from(await algebra.read(coefficients));
  const n = coefficients.rows;
  const { keep, affinity, dimension, power, laplacian } = settled({});
  const graph = await affinityOf(
    { data, shape: [n, n] },
    { k, keep, rowScale: 'largest', affinity, dimension, power },
    pause,
  );
  return spectralClustering(graph, {
    ...{ k, affinity: 'precomputed', laplacian, regularization: REGULARIZATION, nInit, seed },
    ...where,
  });
}
