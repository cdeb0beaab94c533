/** What deep clustering returns. */
import { nameClass } from '../../../host/class_name.js';
import {
  as,
  boolean,
  float32s,
  modelRecord,
  number,
  type Part,
  size,
  text,
  word,
} from '../../fit/model_record.js';
import type { Centroids, Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { type AutoencoderJson, AutoencoderModel } from '../autoencoder/autoencoder_model.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { warningsPart } from '../transform_learning/history.js';
import { METHODS } from './options.js';
import { distances, nearest, shares } from './soft_assignment.js';

const MODEL = 'DeepClusteringModel';

/** After one epoch of autoencoder and clusters together: means over all rows. */
export interface DeepProgress {
  readonly loss: number;
  /** What the loss is made of. */
  readonly reconstruction: number;
  readonly clustering: number;
}

type Row = readonly [reconstruction: number, clustering: number];

const deepHistory: Part<readonly DeepProgress[], readonly Row[]> = {
  write: (history) => history.map(({ reconstruction, clustering }) => [reconstruction, clustering]),
  read: (reader, name) =>
    reader
      .part(
        name,
        'rows of [reconstruction, clustering]',
        (value): value is Row[] =>
          Array.isArray(value) &&
          value.every(
            (row) => Array.isArray(row) && row.length === 2 && row.every(Number.isFinite),
          ),
      )
      .map(([reconstruction, clustering]) => ({
        ...{ loss: reconstruction + clustering, reconstruction, clustering },
      })),
};

const autoencoderPart: Part<AutoencoderModel, AutoencoderJson> = {
  write: (model) => model.toJSON(),
  read: (reader, name) =>
    AutoencoderModel.fromJSON(
      reader.part(
        name,
        'what AutoencoderModel.toJSON() gave',
        (value): value is object => typeof value === 'object' && value !== null,
      ),
    ),
};

const codeLength = (known: Readonly<Record<string, unknown>>) =>
  (known.autoencoder as AutoencoderModel).embeddingSize;

const RECORD = modelRecord('webgpu-clustering/deep-clustering', MODEL, {
  n: size,
  k: size,
  method: word(...METHODS),
  autoencoder: autoencoderPart,
  embedding: float32s((known) => as('n')(known) * codeLength(known)),
  centres: float32s((known) => as('k')(known) * codeLength(known)),
  sharpness: number,
  history: deepHistory,
  converged: boolean,
  warnings: warningsPart,
  engine: text,
});

/** A model as JSON. */
export type DeepClusteringJson = ReturnType<typeof RECORD.toJSON>;
export type DeepClusteringState = ReturnType<typeof RECORD.fromJSON>;

/** An autoencoder, and clusters of its codes. Immutable. */
export class DeepClusteringModel {
  static {
    nameClass(this, MODEL);
  }
  readonly k: number;
  readonly method: (typeof METHODS)[number];
  /** The cluster of each row, [n]: that of the centroid nearest to its code. */
  readonly labels: Uint32Array;
  /** The code of each row, n x embeddingSize. */
  readonly embedding: Matrix;
  /** How surely each row belongs to each cluster, n x k; those of a row add up to 1. By Student's distribution. */
  readonly softAssignments: Matrix;
  /** Among the codes, k x embeddingSize. */
  readonly centroids: Centroids;
  /** The encoder and the decoder. */
  readonly autoencoder: AutoencoderModel;
  /** Of the epochs with the clusters; those before are the autoencoder's. */
  readonly history: readonly DeepProgress[];
  /** False where `clusteringEpochs` ended the fit of a method that watches its labels. */
  readonly converged: boolean;
  /** What has collapsed, if anything: a sentence each, with its figure. */
  readonly warnings: readonly string[];
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: DeepClusteringState;

  /** @internal use {@link deepClustering} or {@link DeepClusteringModel.fromJSON} */
  constructor(state: DeepClusteringState) {
    const { n, k, embedding, centres, autoencoder, sharpness } = state;
    const columns = autoencoder.embeddingSize;
    const of = distances({ codes: embedding, centres, k, columns });
    this.#state = state;
    this.k = k;
    this.method = state.method;
    this.labels = nearest(of, k);
    this.embedding = { data: embedding, shape: [n, columns] };
    this.softAssignments = { data: Float32Array.from(shares(of, k, sharpness)), shape: [n, k] };
    this.centroids = { data: centres, shape: [k, columns] };
    this.autoencoder = autoencoder;
    this.history = state.history;
    this.converged = state.converged;
    this.warnings = state.warnings;
    this.engine = state.engine;
    Object.freeze(this);
  }

  /**
   * The cluster of each row of `points` (n x d), [n].
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async predict(points: Points | PointStream, options: ComputeOptions = {}): Promise<Uint32Array> {
    const { data } = await this.autoencoder.encode(points, options);
    const { k, centres } = this.#state;
    const columns = this.autoencoder.embeddingSize;
    return nearest(distances({ codes: data, centres, k, columns }), k);
  }

  /** The code of each row of `points` (n x d), n x embeddingSize. @throws as `predict` */
  transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    return this.autoencoder.encode(points, options);
  }

  /** What is left of each row of `points` after its code, n x d. @throws as `predict` */
  reconstruct(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    return this.autoencoder.reconstruct(points, options);
  }

  /** What each centroid stands for, k x d in the units of the points. */
  decodedCentroids(options: ComputeOptions = {}): Promise<Matrix> {
    return this.autoencoder.decode(
      { data: this.#state.centres, shape: this.centroids.shape },
      options,
    );
  }

  toJSON(): DeepClusteringJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): DeepClusteringModel {
    return new DeepClusteringModel(RECORD.fromJSON(json));
  }
}
