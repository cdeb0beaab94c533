/** Transform learning. */
import { plural } from '../../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createPause, type Pause } from '../../math/event_loop.js';
import { createRandom, type Random } from '../../math/random.js';
import { orthonormalize, randomDirection } from '../../math/vectors.js';
import type { Algebra, Matrix as Held } from '../../ops/algebra/algebra.js';
import { checkMatrix, type Points, type SeenMatrix } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { collapses, spreadOf, warned } from './collapse.js';
import { columnProducts, squaredDistance } from './engine_sums.js';
import {
  entryOf,
  type FitLimits,
  type FitProgress,
  judge,
  NOTHING_LEFT,
  type TransformProgress,
} from './history.js';
import { PENALTY_SHARE, TRANSFORM_DEFAULTS, TRANSFORM_RULES } from './options.js';
import { meanSquare, wholeRows } from './rows.js';
import { sparsify, type Sparsity } from './sparsity.js';
import { TransformModel } from './transform_model.js';
import { regularity, transformStep } from './transform_step.js';

export interface TransformLearningOptions extends ComputeOptions {
  /** Rows of T, at least d. Default d: a square transform. */
  readonly nAtoms?: number;
  /**
   * lambda >= 0, of lambda (|T|^2 - log |det T|), which keeps T regular; the larger, the nearer to 1 its
   * condition number. 0 has the trivial solution T = 0. Default: 0.01 times the sum of all squares of the points,
   * divided by d.
   */
  readonly penalty?: number;
  /** Numbers other than 0 in each row of Z: the largest are kept. Default: a tenth of nAtoms, 1 at least. */
  readonly nNonzero?: number;
  /** In the place of `nNonzero` the weight of sum |Z|: numbers of T x are drawn to 0 by alpha / 2. */
  readonly alpha?: number;
  /** T to start from, nAtoms x d. Default: random, with orthogonal columns of length sqrt(1/2). */
  readonly init?: Points;
  /** Iterations at most. Default 50. */
  readonly maxIter?: number;
  /** Ends the fit when the objective changes by no more than this share of itself. Default 1e-4. */
  readonly tol?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onIteration?: (progress: FitProgress) => void;
}

/**
 * Learns a transform T (nAtoms x d) that makes rows sparse: minimises over T and Z
 *
 *     sum |T x_i - z_i|^2 + penalty (|T|^2 - log |det T|),   each z_i with few numbers other than 0
 *
 * by turns, both in closed form: Z keeps the largest numbers of T x; T comes from a Cholesky factor and a
 * singular value decomposition (Ravishankar & Bresler, IEEE Transactions on Signal Processing 63, 2015). For
 * tall T log |det T| is half of log det T'T. The objective never rises.
 *
 * Without the penalty T = 0, Z = 0 fits any rows with objective 0; `penalty: 0` returns just that, with a warning.
 *
 * X'X, X'Z and T X are products on the engine, 2 n d nAtoms operations each an iteration; the d x d rest is
 * float64 on the host, d^3 operations some ten times an iteration: for d to some 500; reduce wider rows by PCA.
 *
 * @param points n x d on the host, one row a point, taken as they are; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function transformLearning(
  points: Points | PointStream,
  options: TransformLearningOptions = {},
): Promise<TransformModel> {
  const checked = {
    ...TRANSFORM_DEFAULTS,
    ...checkOptions('transformLearning', options, TRANSFORM_RULES),
  };
  const { runtime, signal, seed } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('transformLearning', points);
  const [, d] = rows.shape;
  const { nAtoms = d, alpha, nNonzero } = checked;
  checkTall('transformLearning', nAtoms, d);
  if (alpha !== undefined && nNonzero !== undefined) {
    throw new InvalidArgumentError(
      'alpha',
      `transformLearning: alpha is ${alpha}, but nNonzero is given as well; give one of them.`,
    );
  }
  const sparsity: Sparsity =
    alpha === undefined
      ? { nNonzero: Math.min(nAtoms, nNonzero ?? Math.max(1, Math.ceil(nAtoms / 10))) }
      : { alpha };
  const penalty = checked.penalty ?? defaultPenalty(rows);
  const { init } = checked;
  const start = init && checkMatrix('init', init, { shift: 'none', columns: d });
  if (start && start.shape[0] !== nAtoms) {
    throw new ShapeError(
      `init has ${start.shape[0]} ${plural(start.shape[0], 'row')}, but T has ${nAtoms}.`,
    );
  }
  return withAlgebra(runtime, rows, signal, async (algebra) => {
    const pause = createPause(signal);
    const random = createRandom(seed);
    const problem = { algebra, rows, penalty, pause, random };
    const fit =
      penalty === 0
        ? await trivial(problem, nAtoms)
        : await learn(
            problem,
            start?.data ?? (await randomTransform(nAtoms, d, random, pause)),
            nAtoms,
            sparsity,
            checked,
          );
    const { z, ...found } = fit;
    const x = await algebra.matrix(...rows.shape, rows.data);
    const warnings = collapses(
      await spreadOf(algebra, x, pause),
      await spreadOf(algebra, z, pause),
    );
    return new TransformModel({
      shape: [nAtoms, d],
      ...found,
      sparsity,
      penalty,
      representation: Float32Array.from(await algebra.read(z)),
      warnings: warned(
        'transformLearning',
        warnings.map((one) => (penalty === 0 ? `${one}; ${TRIVIAL}` : one)),
      ),
      engine: algebra.description,
    });
  });
}

/** What to tell of a penalty of 0. */
export const TRIVIAL = `without a penalty T = 0 is best, at objective 0: set penalty above 0`;

/** Throws InvalidArgumentError where T would be wide. */
export function checkTall(method: string, nAtoms: number, d: number): void {
  if (nAtoms >= d) return;
  throw new InvalidArgumentError(
    'nAtoms',
    `${method}: nAtoms is ${nAtoms}, but points has ${d} columns, and there is no closed form for a transform ` +
      `with fewer rows than columns; reduce the points to ${nAtoms} columns by PCA first: ` +
      `(await pca(points, { nComponents: ${nAtoms} })).transform(points).`,
  );
}

export function defaultPenalty(rows: SeenMatrix): number {
  // Rows of zeros alone would make it 0.
  return PENALTY_SHARE * meanSquare(rows) || 1;
}

/** k x d with orthogonal columns of length sqrt(1/2), where |T|^2 - log |det T| is least. */
export async function randomTransform(
  k: number,
  d: number,
  random: Random,
  pause: Pause,
): Promise<Float64Array> {
  const columns = await orthonormalize(
    Array.from({ length: d }, () => randomDirection(k, random)),
    random,
    pause,
  );
  return Float64Array.from(
    { length: k * d },
    (_, at) => Math.SQRT1_2 * columns[at % d][Math.floor(at / d)],
  );
}

interface Problem {
  readonly algebra: Algebra;
  readonly rows: SeenMatrix;
  readonly penalty: number;
  readonly pause: Pause;
  readonly random: Random;
}

interface Learnt {
  readonly atoms: Float64Array;
  /** Z, n x k. */
  readonly z: Held;
  readonly history: readonly TransformProgress[];
  readonly converged: boolean;
}

async function trivial({ algebra, rows: { shape } }: Problem, k: number): Promise<Learnt> {
  return {
    atoms: new Float64Array(k * shape[1]),
    z: await algebra.matrix(shape[0], k),
    history: [NOTHING_LEFT],
    converged: true,
  };
}

async function learn(
  { algebra, rows, penalty, pause, random }: Problem,
  start: ArrayLike<number>,
  k: number,
  sparsity: Sparsity,
  limits: FitLimits,
): Promise<Learnt> {
  const [n, d] = rows.shape;
  const x = await algebra.matrix(n, d, rows.data);
  const gram = await columnProducts(algebra, x, x);
  const held = await algebra.matrix(k, d, start);
  let y = await algebra.product(x, held, { transposeB: true });
  const z = await algebra.matrix(n, k);
  const history: TransformProgress[] = [];
  for (;;) {
    const size = await sparsify(algebra, y, z, sparsity);
    const cross = await columnProducts(algebra, x, z);
    const transform = await transformStep({ gram, cross, d, k, penalty }, random, pause);
    algebra.write(held, transform.atoms);
    y = await algebra.product(x, held, { transposeB: true, into: y });
    const misfit = await squaredDistance(algebra, y, z);
    history.push(entryOf(misfit + size + penalty * regularity(transform), [transform]));
    const verdict = judge(history, limits);
    if (verdict !== 'goes on') {
      return { atoms: transform.atoms, z, history, converged: verdict === 'converged' };
    }
  }
}
