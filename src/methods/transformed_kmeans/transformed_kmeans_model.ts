/** What transformed K-means returns. */
import { IterativeModel } from '../transform_learning/iterative_model.js';
import { nameClass } from '../../../host/class_name.js';
import {
  boolean,
  columns,
  entries,
  float32s,
  float64s,
  modelRecord,
  number,
  type Part,
  shape,
  text,
} from '../../fit/model_record.js';
import type { Centroids, Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { type KMeansJson, KMeansModel } from '../kmeans/kmeans_model.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import {
  type TransformProgress,
  transformHistory,
  warningsPart,
} from '../transform_learning/history.js';
import { transformRows } from '../transform_learning/transform_model.js';

const MODEL = 'TransformedKMeansModel';

const clustersPart: Part<KMeansModel, KMeansJson> = {
  write: (clusters) => clusters.toJSON(),
  read: (reader, name) =>
    KMeansModel.fromJSON(
      reader.part(
        name,
        'what KMeansModel.toJSON() gave',
        (value): value is object => typeof value === 'object' && value !== null,
      ),
    ),
};

const RECORD = modelRecord('webgpu-clustering/transformed-kmeans', MODEL, {
  shape,
  atoms: float64s((known) => columns(known) ** 2),
  clusters: clustersPart,
  representation: float32s(entries),
  penalty: number,
  mu: number,
  history: transformHistory,
  converged: boolean,
  warnings: warningsPart,
  engine: text,
});

/** A model as JSON. */
export type TransformedKMeansJson = ReturnType<typeof RECORD.toJSON>;
export type TransformedKMeansState = ReturnType<typeof RECORD.fromJSON>;

/** A transform, and clusters of what it makes of rows. Immutable. */
export class TransformedKMeansModel extends IterativeModel<TransformProgress> {
  static {
    nameClass(this, MODEL);
  }
  readonly k: number;
  /** The cluster of each row, [n]. */
  readonly labels: Uint32Array;
  /** T, d x d. */
  readonly atoms: Centroids;
  /** The clusters' centroids among the T x, k x d. */
  readonly centroids: Centroids;
  /** Z, n x d: T x drawn to the mean of its cluster. */
  readonly representation: Matrix;
  readonly penalty: number;
  readonly mu: number;
  readonly #state: TransformedKMeansState;

  /** @internal use {@link transformedKMeans} or {@link TransformedKMeansModel.fromJSON} */
  constructor(state: TransformedKMeansState) {
    super(state);
    const { shape: size, atoms, clusters } = state;
    const [, d] = size;
    this.#state = state;
    this.k = clusters.k;
    this.labels = clusters.labels;
    this.atoms = { data: atoms, shape: [d, d] };
    this.centroids = clusters.centroids;
    this.representation = { data: state.representation, shape: size };
    this.penalty = state.penalty;
    this.mu = state.mu;
    Object.freeze(this);
  }

  /**
   * T x of each row of `points` (n x d), n x d.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    return transformRows(this.atoms, 'transform', points, options);
  }

  /**
   * The cluster of each row of `points` (n x d): that of the centroid nearest to T x, [n].
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async predict(points: Points | PointStream, options: ComputeOptions = {}): Promise<Uint32Array> {
    const y = await transformRows(this.atoms, 'predict', points, options);
    return this.#state.clusters.predict(y, options);
  }

  toJSON(): TransformedKMeansJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): TransformedKMeansModel {
    return new TransformedKMeansModel(RECORD.fromJSON(json));
  }
}
