/** Sparse subspace clustering of rows some of whose entries are wrong. */
import type { Algebra, Matrix as Held } from '../../ops/algebra/algebra.js';
import { largestOfRows, most, refusePenalty, type Task } from './expression.js';
import { changeOf, criticalOf, type Lasso, leastChange, sumsToOne } from './lasso.js';
import type { Settings } from './options.js';

/** As in lasso.ts; the authors' code looks at every iteration. */
const LOOK = 10;

/** |values|_1 of each row. */
async function magnitudesOf(algebra: Algebra, matrix: Held) {
  const sums = await algebra.sums(matrix, 'rows', 'magnitudes');
  const values = await algebra.read(sums);
  algebra.free(sums);
  return values;
}

/**
 * min |C|_1 + gamma |E|_1 with Y = C X + E, gamma = alpha / max_i |x_i|_1, by the ADMM of Elhamifar & Vidal:
 * W = [C, gamma E], P = [X; I / gamma], Z = (weight S P' + rho V) (weight P P' + rho I)^-1 for S = Y + Lambda
 * / weight and V = W - U. P P' has n + d rows, but with J = (X X' + c I)^-1, c = rho / weight + 1 / gamma^2,
 * and what is left R = S - V P: Z = V + [R X' J, (R - R X' J X) / (c gamma)]. That is one inverse of n rows,
 * and four products an iteration.
 */
export async function robustLasso(
  { algebra, x, y, pause }: Task,
  { alpha = 1, affine, iteration, maxIter, tol }: Settings,
): Promise<Lasso> {
  const [m, n, d] = [y.rows, x.rows, x.columns];
  const own = x === y;
  const isExact = iteration === 'exact';
  const gamma = alpha / most(await magnitudesOf(algebra, x));
  const gram = await algebra.gram(x);
  const others = await algebra.combine([[1, gram]], { zeroDiagonal: true });
  const largest = await largestOfRows(algebra, others);
  const entries = await largestOfRows(algebra, x);
  algebra.free(others);
  const reach = Array.from(largest, (value, i) => Math.max(value, entries[i] / gamma));
  const critical = criticalOf(reach);
  if (alpha * most(reach) <= critical) refusePenalty('alpha', alpha, critical / most(reach));
  const weight = alpha / critical;
  const c = alpha / weight + 1 / gamma ** 2;
  const bias = affine ? await algebra.matrix(1, n, new Float64Array(n).fill(c)) : undefined;
  const inverse = await algebra.inverse(
    await algebra.cholesky(await algebra.combine([[1, gram]], { diagonal: c, bias, into: gram })),
    { refine: 1 },
  );
  const sums = affine ? await sumsToOne(algebra, m, n) : undefined;
  const of = (rows: number, columns: number) => algebra.matrix(rows, columns);
  // Of C, and of gamma E.
  const [c1, u1, v1, z1, turned] = [
    await of(m, n),
    await of(m, n),
    await of(m, n),
    await of(m, n),
    await of(m, n),
  ];
  const [c2, u2, v2, z2] = [await of(m, d), await of(m, d), await of(m, d), await of(m, d)];
  const [rest, dual] = [await of(m, d), await of(m, d)];
  const gaps = [await of(1, 1), await of(1, 1)] as const;
  const small = isExact ? leastChange(algebra, tol) : tol;
  // Held as Lambda / weight and as rho U, as `shrink` has them.
  const penalty = alpha;
  for (let step = 1; ; step++) {
    await pause();
    const isLook = !isExact || step % LOOK === 0 || step === maxIter;
    const before = isExact && isLook ? await algebra.combine([[1, c1]]) : undefined;
    await algebra.combine(
      [
        [1, c1],
        [-1 / penalty, u1],
      ],
      { into: v1 },
    );
    await algebra.combine(
      [
        [1, c2],
        [-1 / penalty, u2],
      ],
      { into: v2 },
    );
    await algebra.combine(
      [
        [1, y],
        [1, dual],
        [-1 / gamma, v2],
      ],
      { into: rest },
    );
    await algebra.product(v1, x, { alpha: -1, beta: 1, into: rest });
    await algebra.product(rest, x, { transposeB: true, into: z1 });
    await sums?.pullTo(v1, z1, c);
    await algebra.product(z1, inverse, { into: turned });
    await algebra.combine(
      [
        [1, v2],
        [1 / (c * gamma), rest],
      ],
      { into: z2 },
    );
    await algebra.product(turned, x, { alpha: -1 / (c * gamma), beta: 1, into: z2 });
    await algebra.combine(
      [
        [1, v1],
        [1, turned],
      ],
      { into: z1, zeroDiagonal: !isExact && own },
    );
    const shared = { penalty, softThreshold: 1 / penalty };
    await algebra.shrink({
      ...shared,
      ...{ solution: z1, sparse: c1, multipliers: u1, zeroDiagonal: own, gap: gaps[0] },
    });
    await algebra.shrink({ ...shared, solution: z2, sparse: c2, multipliers: u2, gap: gaps[1] });
    await sums?.follow(z1);
    await algebra.combine(
      [
        [1, dual],
        [1, y],
        [-1 / gamma, z2],
      ],
      { into: dual },
    );
    await algebra.product(z1, x, { alpha: -1, beta: 1, into: dual });
    if (!isLook) continue;
    const moved = before ? await changeOf(algebra, c1, before) : 0;
    const apart = [await algebra.read(gaps[0]), await algebra.read(gaps[1])].map(([gap]) => gap);
    const off = sums ? await sums.largest(z1) : 0;
    const isNear = Math.max(moved, off, ...apart) <= small;
    const converged = isNear && (await leftOver()) <= tol;
    if (converged || step === maxIter) {
      algebra.free(u1, v1, z1, turned, c2, u2, v2, z2, rest, dual, inverse);
      return { held: c1, iterations: step, converged };
    }
  }

  /** The largest length of a row of Y - E - C X, of that of its Y - E. */
  async function leftOver(): Promise<number> {
    const clean = await algebra.combine([
      [1, y],
      [-1 / gamma, c2],
    ]);
    const left = await algebra.combine([[1, clean]]);
    await algebra.product(c1, x, { alpha: -1, beta: 1, into: left });
    const [squares, whole] = [
      await algebra.read(await algebra.sums(left, 'rows', 'squares')),
      await algebra.read(await algebra.sums(clean, 'rows', 'squares')),
    ];
    algebra.free(clean, left);
    return most(Array.from(squares, (square, i) => Math.sqrt(square / (whole[i] || 1))));
  }
}
