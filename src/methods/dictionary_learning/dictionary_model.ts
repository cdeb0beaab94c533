/** What dictionary learning returns. */
import { IterativeModel } from '../transform_learning/iterative_model.js';
import { nameClass } from '../../../host/class_name.js';
import { withAlgebra } from '../../fit/algebra.js';
import {
  boolean,
  entries,
  float32s,
  float64s,
  modelRecord,
  number,
  rows as rowsOf,
  shape,
  size,
  text,
} from '../../fit/model_record.js';
import { checkOptions, RUNTIME_RULES } from '../../fit/options.js';
import { createPause } from '../../math/event_loop.js';
import type { Centroids, Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import {
  objectiveHistory,
  type ObjectiveProgress,
  warningsPart,
} from '../transform_learning/history.js';
import { wholeRows } from '../transform_learning/rows.js';
import { sparseCodes } from './codes.js';

const MODEL = 'DictionaryModel';

const RECORD = modelRecord('webgpu-clustering/dictionary', MODEL, {
  shape,
  atoms: float64s(entries),
  n: size,
  representation: float32s((known) => rowsOf(known) * Number(known.n)),
  alpha: number,
  positive: boolean,
  history: objectiveHistory,
  converged: boolean,
  warnings: warningsPart,
  engine: text,
});

/** A model as JSON. */
export type DictionaryJson = ReturnType<typeof RECORD.toJSON>;
export type DictionaryState = ReturnType<typeof RECORD.fromJSON>;

/** Atoms of which few make up a row. Immutable. */
export class DictionaryModel extends IterativeModel<ObjectiveProgress> {
  static {
    nameClass(this, MODEL);
  }
  /** D, nAtoms x d: of length 1 at most. */
  readonly atoms: Centroids;
  /** Z, n x nAtoms: the codes of the rows. */
  readonly representation: Matrix;
  readonly alpha: number;
  readonly positive: boolean;
  readonly #state: DictionaryState;

  /** @internal use {@link dictionaryLearning} or {@link DictionaryModel.fromJSON} */
  constructor(state: DictionaryState) {
    super(state);
    const { shape: sides } = state;
    this.#state = state;
    this.atoms = { data: state.atoms, shape: sides };
    this.representation = { data: state.representation, shape: [state.n, sides[0]] };
    this.alpha = state.alpha;
    this.positive = state.positive;
    Object.freeze(this);
  }

  /**
   * The codes of each row of `points` (n x d, on the host), n x nAtoms: those of the fit's objective for its D.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    const { runtime, signal } = checkOptions('transform', options, RUNTIME_RULES);
    signal?.throwIfAborted();
    const [k, d] = this.atoms.shape;
    const rows = wholeRows('transform', points, d);
    const { alpha, positive } = this;
    return withAlgebra(runtime, rows, signal, async (algebra) => {
      const [n] = rows.shape;
      const codes = await algebra.matrix(n, k);
      const inputs = await algebra.matrix(n, d, rows.data);
      const atoms = await algebra.matrix(k, d, this.atoms.data);
      const pause = createPause(signal);
      await sparseCodes({ algebra, inputs, atoms, alpha, positive, codes, pause });
      return { data: Float32Array.from(await algebra.read(codes)), shape: [n, k] as const };
    });
  }

  toJSON(): DictionaryJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): DictionaryModel {
    return new DictionaryModel(RECORD.fromJSON(json));
  }
}
