/** Sparse subspace clustering: every row as a sum of few others, |C|_1 beside the squares of what is left. */
import { InvalidArgumentError } from '../../errors.js';
import type { Algebra, Matrix as Held } from '../../ops/algebra/algebra.js';
import { type Net, solveNets } from './active_sets.js';
import {
  type Expressed,
  inFull,
  largestOfRows,
  most,
  ownRows,
  refusePenalty,
  type Search,
  type Task,
} from './expression.js';
import type { Settings } from './options.js';
import { rowOf } from './sparse_rows.js';

/** Rows that join a row's support at once when the solution is finished. */
const JOINING = 16;
/** Iterations between two looks at what is still moving: each look waits for the device. */
const LOOK = 10;
/** Half units in the last place of a number of size 1, below which nothing is asked to move. */
const FLOOR = 32;

export interface Lasso extends Search {
  readonly held: Held;
}

interface Problem {
  readonly task: Task;
  readonly settings: Settings;
  /** X X' */
  readonly gram: Held;
  /** Y X' */
  readonly products: Held;
  readonly critical: number;
  readonly weight: number;
}

/** Least change that an engine can still see. */
export const leastChange = ({ rounding }: Algebra, tol: number): number =>
  Math.max(tol, FLOOR * rounding);

/**
 * The smallest over rows of the largest magnitude of `products` in the row, by which alpha is measured;
 * rows without any product, which nothing can express, do not count.
 */
export function criticalOf(largest: ArrayLike<number>): number {
  const some = Array.from(largest).filter((value) => value > 0);
  if (some.length > 0) return Math.min(...some);
  throw new InvalidArgumentError(
    'points',
    'subspaceClustering: every two rows are orthogonal, so that none can express another; give rows of which ' +
      'several lie in each subspace.',
  );
}

/**
 * min |C|_1 + weight / 2 |Y - C X|^2, weight = alpha / min_i max_j |x_i . x_j| or 1 / lambda; no row takes
 * part in its own sum, and with `affine` coefficients of a row add up to 1 (Elhamifar & Vidal, "Sparse
 * subspace clustering: algorithm, theory, and applications", TPAMI 35, 2013). First orders come near; unless
 * the steps of the authors' code are wanted, or sums of 1, active sets then finish each row.
 *
 * @param unit what lambda is to be multiplied by, as the rows are held scaled
 */
export async function lasso(task: Task, settings: Settings, unit: number): Promise<Expressed> {
  const problem = await lassoProblem(task, settings, unit);
  const { held, ...search } = await (settings.solver === 'fista' ? byFista : byAdmm)(problem);
  const near = await inFull(task, held);
  if (settings.affine || settings.iteration === 'matlab') return { coefficients: near, ...search };
  const { targets, x } = task;
  const [m, n] = near.shape;
  const d = x.columns;
  const l1 = 1 / problem.weight;
  const nets = Array.from({ length: m }, (_, i): Net => {
    const { columns, values } = rowOf(near, i);
    const target = targets.subarray(i * d, (i + 1) * d);
    return { target, l1, l2: 0, support: columns, weights: Float64Array.from(values) };
  });
  const others = Math.min(JOINING, n - 1) || 1;
  const { converged } = await solveNets(task, nets, ownRows(task), others);
  const data = new Float32Array(m * n);
  nets.forEach(({ support, weights }, i) => {
    support.forEach((j, p) => {
      data[i * n + j] = weights[p];
    });
  });
  return { coefficients: { data, shape: [m, n] }, iterations: search.iterations, converged };
}

/** X X', Y X', and the weight of the squares. */
export async function lassoProblem(task: Task, settings: Settings, unit: number): Promise<Problem> {
  const { algebra, x, y } = task;
  const { alpha = 1, lambda } = settings;
  const gram = await algebra.gram(x);
  const others = await algebra.combine([[1, gram]], { zeroDiagonal: true });
  const largest = await largestOfRows(algebra, others);
  algebra.free(others);
  const critical = criticalOf(largest);
  const highest = most(largest);
  const weight = lambda === undefined ? alpha / critical : 1 / (lambda * unit);
  if (!(weight * highest > 1)) {
    if (lambda === undefined) refusePenalty('alpha', alpha, critical / highest);
    refusePenalty('lambda', lambda, highest / unit);
  }
  const products = x === y ? gram : await algebra.product(y, x, { transposeB: true });
  return { task, settings, gram, products, critical, weight };
}

/**
 * Z = (weight Y X' + rho C - Lambda) (weight X X' + rho I)^-1, C = soft(Z + Lambda / rho, 1 / rho), Lambda +=
 * rho (Z - C), rho = weight min_i max_j |x_i . x_j|. Only C's diagonal is 0: the authors' MATLAB code zeroes
 * Z's after the solve, whose fixed point is no minimum.
 */
export async function byAdmm({
  task: { algebra, x, y, pause },
  settings: { affine, iteration, maxIter, tol },
  gram,
  products,
  critical,
  weight,
}: Problem): Promise<Lasso> {
  const [m, n] = [y.rows, x.rows];
  const own = x === y;
  const isExact = iteration === 'exact';
  const penalty = weight * critical;
  // All divided by the weight; to every entry `critical` is added where coefficients must add up to 1.
  const bias = affine ? await algebra.matrix(1, n, new Float64Array(n).fill(critical)) : undefined;
  const inverse = await algebra.inverse(
    await algebra.cholesky(await algebra.combine([[1, gram]], { diagonal: critical, bias })),
    { refine: 1 },
  );
  const [sparse, multipliers, right, solution] = [
    await algebra.matrix(m, n),
    await algebra.matrix(m, n),
    await algebra.matrix(m, n),
    await algebra.matrix(m, n),
  ];
  const gap = await algebra.matrix(1, 1);
  const sums = affine ? await sumsToOne(algebra, m, n) : undefined;
  const small = isExact ? leastChange(algebra, tol) : tol;
  for (let iteration = 1; ; iteration++) {
    await pause();
    const isLook = !isExact || iteration % LOOK === 0 || iteration === maxIter;
    const before = isExact && isLook ? await algebra.combine([[1, sparse]]) : undefined;
    await algebra.combine(
      [
        [1, products],
        [critical, sparse],
        [-critical / penalty, multipliers],
      ],
      { into: right, bias },
    );
    await sums?.pull(right, critical);
    await algebra.product(right, inverse, { into: solution, zeroDiagonal: !isExact && own });
    await algebra.shrink({ solution, sparse, multipliers, penalty, zeroDiagonal: own, gap });
    await sums?.follow(solution);
    if (!isLook) continue;
    const moved = before ? await changeOf(algebra, sparse, before) : 0;
    const [apart] = await algebra.read(gap);
    const off = affine ? await sums!.largest(solution) : 0;
    const converged = Math.max(moved, apart, off) <= small;
    if (converged || iteration === maxIter) {
      algebra.free(multipliers, right, solution, inverse);
      return { held: sparse, iterations: iteration, converged };
    }
  }
}

/** The largest magnitude of a - b, which takes the place of b and is freed. */
export async function changeOf(algebra: Algebra, a: Held, b: Held): Promise<number> {
  await algebra.combine(
    [
      [1, a],
      [-1, b],
    ],
    { into: b },
  );
  const largest = most(await largestOfRows(algebra, b));
  algebra.free(b);
  return largest;
}

/** The constraint that each row of Z adds up to 1, and its scaled multipliers u, [m]. */
export async function sumsToOne(algebra: Algebra, m: number, n: number) {
  const multipliers = await algebra.matrix(m, 1);
  const ones = await algebra.matrix(1, n, new Float64Array(n).fill(1));
  const minusOne = await algebra.matrix(1, 1, [-1]);
  const excess = await algebra.matrix(m, 1);
  const measure = async (matrix: Held) =>
    algebra.product(matrix, ones, { transposeB: true, into: excess, bias: minusOne });
  return {
    /** right -= factor u 1'. */
    pull: (right: Held, factor: number) =>
      algebra.product(multipliers, ones, { alpha: -factor, beta: 1, into: right }),
    /** right -= factor (Z 1 - 1 + u) 1'. */
    async pullTo(matrix: Held, right: Held, factor: number) {
      const total = await algebra.combine([
        [1, await measure(matrix)],
        [1, multipliers],
      ]);
      await algebra.product(total, ones, { alpha: -factor, beta: 1, into: right });
      algebra.free(total);
    },
    /** u += Z 1 - 1. */
    async follow(matrix: Held) {
      await algebra.combine(
        [
          [1, multipliers],
          [1, await measure(matrix)],
        ],
        { into: multipliers },
      );
    },
    largest: async (matrix: Held) => most(await largestOfRows(algebra, await measure(matrix))),
  };
}

/**
 * The same minimum by accelerated proximal gradients (Beck & Teboulle 2009), with restarts where the momentum
 * points uphill (O'Donoghue & Candes 2015). Steps are of 1 / L, L a bound on X X' by its square's row sums.
 */
export async function byFista({
  task: { algebra, x, y, pause },
  settings: { maxIter, tol },
  gram,
  products,
  critical,
  weight,
}: Problem): Promise<Lasso> {
  const [m, n] = [y.rows, x.rows];
  const own = x === y;
  const square = await algebra.gram(gram);
  const sums = await algebra.sums(square, 'rows', 'magnitudes');
  const bound = Math.sqrt(most(await algebra.read(sums)));
  algebra.free(square, sums);
  const step = {
    alpha: -1 / bound,
    beta: 1,
    softThreshold: 1 / (weight * bound),
    zeroDiagonal: own,
  };
  let [sparse, next] = [await algebra.matrix(m, n), await algebra.matrix(m, n)];
  const from = await algebra.matrix(m, n);
  // A step moves by 1 / L of what the other solver's would: both end at the same slope.
  const small = leastChange(algebra, tol) * (critical / bound);
  for (let iteration = 1, momentum = 1; ; iteration++) {
    await pause();
    await algebra.combine(
      [
        [1, from],
        [1 / bound, products],
      ],
      { into: next },
    );
    await algebra.product(from, gram, { ...step, into: next });
    const isLook = iteration % LOOK === 0 || iteration === maxIter;
    if (isLook) {
      const moved = await algebra.combine([
        [1, from],
        [-1, next],
      ]);
      const ahead = await algebra.combine([
        [1, next],
        [-1, sparse],
      ]);
      const whole = await algebra.combine([
        [1, moved],
        [1, ahead],
      ]);
      const largest = most(await largestOfRows(algebra, moved));
      const [a, b, both] = [
        await squaresOf(algebra, moved),
        await squaresOf(algebra, ahead),
        await squaresOf(algebra, whole),
      ];
      algebra.free(moved, ahead, whole);
      const converged = largest <= small;
      if (converged || iteration === maxIter) {
        algebra.free(from, sparse);
        return { held: next, iterations: iteration, converged };
      }
      if (both > a + b) momentum = 1;
    }
    const after = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const share = (momentum - 1) / after;
    await algebra.combine(
      [
        [1 + share, next],
        [-share, sparse],
      ],
      { into: from },
    );
    [sparse, next, momentum] = [next, sparse, after];
  }
}

async function squaresOf(algebra: Algebra, matrix: Held): Promise<number> {
  const sums = await algebra.sums(matrix, 'rows', 'squares');
  const values = await algebra.read(sums);
  algebra.free(sums);
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
