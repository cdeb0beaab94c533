/** What transform learning returns. */
import { IterativeModel } from './iterative_model.js';
import { nameClass } from '../../../host/class_name.js';
import { withRows } from '../../fit/engine.js';
import {
  boolean,
  entries,
  float32s,
  float64s,
  modelRecord,
  number,
  type Part,
  shape,
  size,
  text,
} from '../../fit/model_record.js';
import { checkOptions, RUNTIME_RULES } from '../../fit/options.js';
import { products } from '../../ops/assign/distances.js';
import type { Centroids, Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { type TransformProgress, transformHistory, warningsPart } from './history.js';
import { type Sparsity, sparsifyRows } from './sparsity.js';

const MODEL = 'TransformModel';

const sparsityPart: Part<Sparsity> = {
  write: (sparsity) => sparsity,
  read: (reader, name) =>
    reader.part(name, '{ nNonzero } or { alpha }', (value): value is Sparsity => {
      if (typeof value !== 'object' || value === null) return false;
      const { nNonzero, alpha } = value as Readonly<Record<string, unknown>>;
      return alpha === undefined
        ? Number.isSafeInteger(nNonzero) && (nNonzero as number) >= 1
        : Number.isFinite(alpha) && (alpha as number) >= 0;
    }),
};

const RECORD = modelRecord('webgpu-clustering/transform', MODEL, {
  shape,
  atoms: float64s(entries),
  sparsity: sparsityPart,
  penalty: number,
  n: size,
  representation: float32s(({ shape: sides, n }) => (sides as readonly number[])[0] * Number(n)),
  history: transformHistory,
  converged: boolean,
  warnings: warningsPart,
  engine: text,
});

/** A model as JSON. */
export type TransformJson = ReturnType<typeof RECORD.toJSON>;
export type TransformState = Omit<ReturnType<typeof RECORD.fromJSON>, 'n'>;

/** A transform that makes rows sparse. Immutable. */
export class TransformModel extends IterativeModel<TransformProgress> {
  static {
    nameClass(this, MODEL);
  }
  /** T, nAtoms x d. */
  readonly atoms: Centroids;
  /** Z, n x nAtoms. */
  readonly representation: Matrix;
  readonly penalty: number;
  readonly #state: TransformState;

  /** @internal use {@link transformLearning} or {@link TransformModel.fromJSON} */
  constructor(state: TransformState) {
    super(state);
    const { shape: sides, atoms, representation } = state;
    const [k] = sides;
    this.#state = state;
    this.atoms = { data: atoms, shape: sides };
    this.representation = { data: representation, shape: [representation.length / k, k] };
    this.penalty = state.penalty;
    Object.freeze(this);
  }

  /**
   * The representation of each row of `points` (n x d), n x nAtoms: T x, made as sparse as the fit's.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    const result = await transformRows(this.atoms, 'transform', points, options);
    sparsifyRows(result.data, result.shape[1], this.#state.sparsity);
    return result;
  }

  toJSON(): TransformJson {
    return RECORD.toJSON({ ...this.#state, n: this.representation.shape[0] });
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): TransformModel {
    return new TransformModel(RECORD.fromJSON(json));
  }
}

/** T x of rows in any form, n x k. */
export async function transformRows(
  { data, shape: [k, d] }: Centroids,
  method: string,
  points: Points | PointStream,
  options: ComputeOptions,
): Promise<Matrix> {
  const { runtime, signal } = checkOptions(method, options, RUNTIME_RULES);
  signal?.throwIfAborted();
  const shift = new Float64Array(d);
  const checked = await checkSource('points', points, { columns: d, shift }, signal);
  const load = { metric: 'euclidean' as const, shift, signal };
  return withRows(runtime, checked, load, async (session) => ({
    data: await session.run(products, Float32Array.from(data), k, signal),
    shape: [session.shape[0], k] as const,
  }));
}
