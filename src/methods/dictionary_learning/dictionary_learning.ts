/** Dictionary learning. */
import { plural } from '../../../host/show.js';
import { ShapeError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions } from '../../fit/options.js';
import { createPause, type Pause } from '../../math/event_loop.js';
import { createRandom, type Random } from '../../math/random.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import { checkMatrix, type Points, type SeenMatrix } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { collapses, spreadOf, warned } from '../transform_learning/collapse.js';
import { columnProducts, total } from '../transform_learning/engine_sums.js';
import {
  type FitLimits,
  type FitProgress,
  judge,
  type ObjectiveProgress,
} from '../transform_learning/history.js';
import { wholeRows } from '../transform_learning/rows.js';
import { sparseCodes } from './codes.js';
import { DictionaryModel } from './dictionary_model.js';
import { dictionaryStep } from './dictionary_step.js';
import { DICTIONARY_DEFAULTS, DICTIONARY_RULES } from './options.js';
import { drawnAtom, drawnAtoms } from './start.js';

export interface DictionaryLearningOptions extends ComputeOptions {
  /** Rows of D. Default: d. */
  readonly nAtoms?: number;
  /** Weight of the magnitudes of the codes, >= 0. Default 1. */
  readonly alpha?: number;
  /** Codes are to be >= 0. Default false. */
  readonly positive?: boolean;
  /** D to start from, nAtoms x d. Default: rows drawn by `seed`, at length 1. */
  readonly init?: Points;
  /** Iterations at most. Default 100. */
  readonly maxIter?: number;
  /** Ends the fit when the objective changes by no more than this share of itself. Default 1e-5. */
  readonly tol?: number;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  readonly onIteration?: (progress: FitProgress) => void;
}

/**
 * Finds atoms of which few make up each row: minimises over D (nAtoms x d) and the codes Z
 *
 *     |X - Z D|^2 / 2 + alpha |Z|_1   with atoms of length 1 at most
 *
 * by turns, each solved to the end: codes by accelerated proximal gradients on the engine, atoms one after
 * the other in float64 on the host. The objective is that of scikit-learn's `DictionaryLearning`, and never
 * rises. An atom that no row uses is replaced by a row, at length 1.
 *
 * 2 n nAtoms^2 operations for each of some hundred steps an iteration.
 *
 * @param points n x d on the host, one row a point, taken as they are; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function dictionaryLearning(
  points: Points | PointStream,
  options: DictionaryLearningOptions = {},
): Promise<DictionaryModel> {
  const checked = {
    ...DICTIONARY_DEFAULTS,
    ...checkOptions('dictionaryLearning', options, DICTIONARY_RULES),
  };
  const { runtime, signal, seed, alpha, positive, init } = checked;
  signal?.throwIfAborted();
  const rows = wholeRows('dictionaryLearning', points);
  const [n, d] = rows.shape;
  const { nAtoms = d } = checked;
  const start = init && checkMatrix('init', init, { shift: 'none', columns: d });
  if (start && start.shape[0] !== nAtoms) {
    throw new ShapeError(
      `init has ${start.shape[0]} ${plural(start.shape[0], 'row')}, but D has ${nAtoms}.`,
    );
  }
  return withAlgebra(runtime, rows, signal, async (algebra) => {
    const pause = createPause(signal);
    const random = createRandom(seed);
    const atoms = start ? Float64Array.from(start.data) : drawnAtoms(rows.data, n, nAtoms, random);
    const problem = { algebra, rows, atoms, k: nAtoms, d, pause, random };
    const { codes, x, history, converged } = await learn(problem, checked);
    const warnings = collapses(
      await spreadOf(algebra, x, pause),
      await spreadOf(algebra, codes, pause),
    );
    return new DictionaryModel({
      shape: [nAtoms, d],
      atoms,
      n,
      representation: Float32Array.from(await algebra.read(codes)),
      ...{ alpha, positive, history, converged },
      warnings: warned('dictionaryLearning', warnings),
      engine: algebra.description,
    });
  });
}

interface Problem {
  readonly algebra: Algebra;
  readonly rows: SeenMatrix;
  /** D, to start from. Replaced. */
  readonly atoms: Float64Array;
  readonly k: number;
  readonly d: number;
  readonly pause: Pause;
  readonly random: Random;
}

interface Learnt {
  readonly x: Matrix;
  readonly codes: Matrix;
  readonly history: readonly ObjectiveProgress[];
  readonly converged: boolean;
}

async function learn(
  { algebra, rows, atoms, k, d, pause, random }: Problem,
  options: FitLimits & { readonly alpha: number; readonly positive: boolean },
): Promise<Learnt> {
  const { alpha, positive } = options;
  const [n] = rows.shape;
  const x = await algebra.matrix(n, d, rows.data);
  const held = await algebra.matrix(k, d, atoms);
  const codes = await algebra.matrix(n, k);
  const history: ObjectiveProgress[] = [];
  for (;;) {
    await sparseCodes({ algebra, inputs: x, atoms: held, alpha, positive, codes, pause });
    const unused = await dictionaryStep(
      { atoms, k, d },
      await columnProducts(algebra, codes, codes),
      await columnProducts(algebra, codes, x),
      pause,
    );
    algebra.write(held, atoms);
    const objective =
      (await misfit(algebra, x, codes, held)) / 2 +
      (alpha && alpha * (await total(algebra, codes, 'magnitudes')));
    history.push({ objective });
    const verdict = judge(history, options);
    if (verdict !== 'goes on') return { x, codes, history, converged: verdict === 'converged' };
    for (const j of unused) atoms.set(drawnAtom(rows.data, n, random), j * d);
    algebra.write(held, atoms);
  }
}

/** |Y - Z D|^2. */
export async function misfit(
  algebra: Algebra,
  y: Matrix,
  codes: Matrix,
  atoms: Matrix,
): Promise<number> {
  const left = await algebra.combine([[1, y]]);
  await algebra.product(codes, atoms, { alpha: -1, beta: 1, into: left });
  const size = await total(algebra, left, 'squares');
  algebra.free(left);
  return size;
}
