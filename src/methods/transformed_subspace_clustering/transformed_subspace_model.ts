/** What transformed subspace clustering returns. */
import { IterativeModel } from '../transform_learning/iterative_model.js';
import { nameClass } from '../../../host/class_name.js';
import {
  boolean,
  entries,
  float32s,
  float64s,
  indices,
  modelRecord,
  number,
  type Part,
  rows,
  shape,
  size,
  text,
  word,
} from '../../fit/model_record.js';
import type { Centroids, Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import {
  type TransformProgress,
  transformHistory,
  warningsPart,
} from '../transform_learning/history.js';
import { wholeRows } from '../transform_learning/rows.js';
import { transformRows } from '../transform_learning/transform_model.js';
import { type Expression, EXPRESSIONS } from './options.js';

const MODEL = 'TransformedSubspaceModel';

/** One to four transforms, d x d. */
const layersPart: Part<readonly Float64Array[], readonly (readonly number[])[]> = {
  write: (layers) => layers.map((atoms) => [...atoms]),
  read(reader, name, known) {
    const [, d] = known.shape as readonly [number, number];
    return reader
      .part(
        name,
        `1 to 4 lists of ${d * d} finite numbers`,
        (value): value is number[][] =>
          Array.isArray(value) &&
          value.length >= 1 &&
          value.length <= 4 &&
          value.every(
            (atoms) =>
              Array.isArray(atoms) && atoms.length === d * d && atoms.every(Number.isFinite),
          ),
      )
      .map((atoms) => Float64Array.from(atoms));
  },
};

const RECORD = modelRecord('webgpu-clustering/transformed-subspace', MODEL, {
  shape,
  k: size,
  labels: indices((known) => Number(known.k), rows),
  layers: layersPart,
  representation: float32s(entries),
  coefficients: float32s((known) => rows(known) ** 2),
  eigenvalues: float64s((known) => Number(known.k)),
  normalize: boolean,
  expression: word<Expression>(...EXPRESSIONS),
  penalty: number,
  gamma: number,
  lambda: number,
  history: transformHistory,
  converged: boolean,
  warnings: warningsPart,
  engine: text,
});

/** A model as JSON. */
export type TransformedSubspaceJson = ReturnType<typeof RECORD.toJSON>;
export type TransformedSubspaceState = ReturnType<typeof RECORD.fromJSON>;

/** Transforms, and clusters of rows that are sums of one another after them. Immutable. */
export class TransformedSubspaceModel extends IterativeModel<TransformProgress> {
  static {
    nameClass(this, MODEL);
  }
  readonly k: number;
  /** The cluster of each row, [n]. */
  readonly labels: Uint32Array;
  /** T_1, T_2 ..., each d x d. */
  readonly layers: readonly Centroids[];
  /** Z, n x d, one row a point. */
  readonly representation: Matrix;
  /** n x n: row i holds the coefficients by which the rows of Z make up row i. */
  readonly coefficients: Matrix;
  /** The k smallest of the normalized Laplacian of their graph, rising from 0. */
  readonly eigenvalues: Float64Array;
  readonly expression: Expression;
  readonly penalty: number;
  readonly gamma: number;
  readonly lambda: number;
  readonly #state: TransformedSubspaceState;

  /** @internal use {@link transformedSubspaceClustering} or {@link TransformedSubspaceModel.fromJSON} */
  constructor(state: TransformedSubspaceState) {
    super(state);
    const { shape: sides } = state;
    const [n, d] = sides;
    this.#state = state;
    this.k = state.k;
    this.labels = state.labels;
    this.layers = Object.freeze(state.layers.map((data) => ({ data, shape: [d, d] as const })));
    this.representation = { data: state.representation, shape: sides };
    this.coefficients = { data: state.coefficients, shape: [n, n] };
    this.eigenvalues = state.eigenvalues;
    this.expression = state.expression;
    this.penalty = state.penalty;
    this.gamma = state.gamma;
    this.lambda = state.lambda;
    Object.freeze(this);
  }

  /**
   * What the transforms make of each row of `points` (n x d, on the host), n x d: T x, with numbers below 0 made 0
   * between two of them. `representation` lies near that, drawn to sums of its rows.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    const [, d] = this.representation.shape;
    const { data, shape: sides } = wholeRows('transform', points, d);
    let made: Matrix = { data: this.#state.normalize ? unitRows(data, d) : data, shape: sides };
    for (const [l, layer] of this.layers.entries()) {
      const image = await transformRows(layer, 'transform', made, options);
      made =
        l < this.layers.length - 1
          ? { ...image, data: image.data.map((value) => Math.max(0, value)) }
          : image;
    }
    return made;
  }

  toJSON(): TransformedSubspaceJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): TransformedSubspaceModel {
    return new TransformedSubspaceModel(RECORD.fromJSON(json));
  }
}

/** Rows of length 1; those of zeros stay. */
export function unitRows(data: Float32Array, d: number): Float32Array {
  const unit = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += d) {
    let squares = 0;
    for (let j = at; j < at + d; j++) squares += data[j] ** 2;
    const size = Math.sqrt(squares) || 1;
    for (let j = at; j < at + d; j++) unit[j] = data[j] / size;
  }
  return unit;
}
