/** Codes of rows that have a bound or a penalty: sparse ones, ones that are not below 0. */
import type { Pause } from '../../math/event_loop.js';
import { largestEigenpairs } from '../../math/largest_eigenpairs.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';

/** Steps at most where not told, and between two looks at what is still moving: each look waits for the device. */
const MOST_STEPS = 1000;
const LOOK = 10;
/** Of the largest of R, the slope at which codes are found; on a device what its digits allow. */
const SETTLED = 1e-8;
const FLOOR = 4;

export interface Quadratic {
  readonly algebra: Algebra;
  /** G, k x k: symmetric, without negative eigenvalues. */
  readonly gram: Matrix;
  /** R, n x k. */
  readonly products: Matrix;
  /** Weight of |Z|_1. */
  readonly alpha: number;
  /** Z is to be >= 0. */
  readonly positive: boolean;
  /** Z, n x k, to start from. Replaced. */
  readonly codes: Matrix;
  /** Steps at most. */
  readonly steps?: number;
  readonly pause: Pause;
}

export interface Coding extends Omit<Quadratic, 'gram' | 'products'> {
  /** Y, n x d. */
  readonly inputs: Matrix;
  /** D, k x d. */
  readonly atoms: Matrix;
}

/** Makes Z the minimum of |Y - Z D|^2 / 2 + alpha |Z|_1. */
export async function sparseCodes({ inputs, atoms, ...problem }: Coding): Promise<void> {
  const { algebra } = problem;
  const gram = await algebra.gram(atoms);
  const products = await algebra.product(inputs, atoms, { transposeB: true });
  await minimize({ ...problem, gram, products });
  algebra.free(gram, products);
}

/**
 * Makes Z the minimum of tr(Z G Z') / 2 - tr(Z R') + alpha |Z|_1 by accelerated proximal gradients (Beck &
 * Teboulle, SIAM Journal on Imaging Sciences 2, 2009), starting afresh where the momentum points uphill
 * (O'Donoghue & Candes 2015); steps are of 1 / L, L the largest eigenvalue of G. 2 n k^2 operations a step.
 */
export async function minimize(problem: Quadratic): Promise<void> {
  const { algebra, gram, products, alpha, positive, codes, steps = MOST_STEPS, pause } = problem;
  const k = gram.rows;
  const known = Float64Array.from(await algebra.read(gram));
  const bound = (await largestEigenpairs(known, k, 1, pause)).values[0];
  if (!(bound > 0)) {
    algebra.write(codes, new Float64Array(codes.rows * k));
    return;
  }
  const small = Math.max(SETTLED, FLOOR * algebra.rounding) * (await largest(algebra, products));
  const prox = { softThreshold: alpha / bound, clampAtZero: positive };
  let [now, next] = [await algebra.combine([[1, codes]]), await algebra.combine([[1, codes]])];
  const from = await algebra.combine([[1, codes]]);
  for (let step = 1, momentum = 1; ; step++) {
    await pause();
    await algebra.combine(
      [
        [1, from],
        [1 / bound, products],
      ],
      { into: next },
    );
    await algebra.product(from, gram, { alpha: -1 / bound, beta: 1, into: next, ...prox });
    if (step % LOOK === 0 || step === steps) {
      const moved = await algebra.combine([
        [1, next],
        [-1, from],
      ]);
      const isFound = bound * (await largest(algebra, moved)) <= small;
      if (isFound || step === steps) {
        await algebra.combine([[1, next]], { into: codes });
        algebra.free(moved, now, next, from);
        return;
      }
      if (await isUphill(algebra, moved, next, now)) momentum = 1;
      algebra.free(moved);
    }
    const after = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const share = (momentum - 1) / after;
    await algebra.combine(
      [
        [1 + share, next],
        [-share, now],
      ],
      { into: from },
    );
    [now, next, momentum] = [next, now, after];
  }
}

/** Whether the last step turned against the way that the momentum points: (next - from) . (next - now) < 0. */
async function isUphill(
  algebra: Algebra,
  moved: Matrix,
  next: Matrix,
  now: Matrix,
): Promise<boolean> {
  const ahead = await algebra.combine([
    [1, next],
    [-1, now],
  ]);
  const cross = await algebra.product(moved, ahead, { transposeA: true });
  const diagonal = await algebra.diagonal(cross);
  const values = await algebra.read(diagonal);
  algebra.free(ahead, cross, diagonal);
  let sum = 0;
  for (const value of values) sum += value;
  return sum < 0;
}

async function largest(algebra: Algebra, matrix: Matrix): Promise<number> {
  const sums = await algebra.sums(matrix, 'rows', 'largest');
  const values = await algebra.read(sums);
  algebra.free(sums);
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}
