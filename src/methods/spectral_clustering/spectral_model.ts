/** What a spectral clustering returns. */
import { nameClass } from '../../../host/class_name.js';
import {
  columns,
  entries,
  float32s,
  float64s,
  indices,
  modelRecord,
  type Part,
  rows,
  shape,
  text,
  word,
} from '../../fit/model_record.js';
import { isFloat32, JsonReader } from '../../fit/json_reader.js';
import type { Matrix } from '../../rows/matrix.js';
import { type Affinity, isSparse } from './affinity.js';
import { type Laplacian, LAPLACIANS } from './options.js';

const MODEL = 'SpectralClusteringModel';

type AffinityJson =
  | {
      readonly indptr: readonly number[];
      readonly indices: readonly number[];
      readonly data: readonly number[];
    }
  | { readonly data: readonly number[] };

/** n x n, of the n rows of the shape before. */
export const affinityPart: Part<Affinity, AffinityJson> = {
  write: (affinity) =>
    isSparse(affinity)
      ? {
          indptr: [...affinity.indptr],
          indices: [...affinity.indices],
          data: [...affinity.data],
        }
      : { data: [...affinity.data] },
  read(reader, name, known) {
    const isObject = (value: unknown): value is object =>
      typeof value === 'object' && value !== null && !Array.isArray(value);
    const json = reader.part(name, '{ data } or { indptr, indices, data }', isObject);
    const parts = new JsonReader(MODEL, json);
    const n = rows(known);
    const numbers = (length: number) =>
      Float32Array.from(parts.list('data', length, 'finite float32 numbers', isFloat32));
    if (!('indptr' in json)) return { data: numbers(n * n), shape: [n, n] };
    const whole = (most: number) => (value: unknown) =>
      Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
    const rule = 'whole numbers that never fall, from 0';
    const starts = parts.list('indptr', n + 1, rule, whole(n * n));
    const length = starts[n];
    const rises = starts[0] === 0 && starts.every((start, i) => start <= (starts[i + 1] ?? start));
    parts.part('indptr', rule, (value): value is unknown => rises && value !== undefined);
    const places = parts.list('indices', length, `columns from 0 to ${n - 1}`, whole(n - 1));
    return {
      indptr: Uint32Array.from(starts),
      indices: Uint32Array.from(places),
      data: numbers(length),
      shape: [n, n],
    };
  },
};

const RECORD = modelRecord('webgpu-clustering/spectral-clustering', MODEL, {
  shape,
  labels: indices(columns, rows),
  eigenvalues: float64s(columns),
  embedding: float32s(entries),
  laplacian: word<Laplacian>(...LAPLACIANS),
  affinity: affinityPart,
  engine: text,
});

/** A model as JSON. */
export type SpectralClusteringJson = ReturnType<typeof RECORD.toJSON>;
export type SpectralState = ReturnType<typeof RECORD.fromJSON>;

/** The clusters of a graph of rows. It knows no other rows: there is no `predict`. */
export class SpectralClusteringModel {
  static {
    nameClass(this, MODEL);
  }
  readonly k: number;
  /** The cluster of each row, [n]. */
  readonly labels: Uint32Array;
  /** The k smallest of the normalized Laplacian I - D^-1/2 W D^-1/2, rising from 0 to at most 2. */
  readonly eigenvalues: Float64Array;
  /** What was clustered, n x k: eigenvectors as `laplacian` has them. */
  readonly embedding: Matrix;
  readonly laplacian: Laplacian;
  /** W, n x n: in full, or sparse. */
  readonly affinity: Affinity;
  /** What ran the work: the adapter's name, or 'cpu'. */
  readonly engine: string;

  /** @internal use {@link spectralClustering} or {@link SpectralClusteringModel.fromJSON} */
  constructor({
    shape: size,
    labels,
    eigenvalues,
    embedding,
    laplacian,
    affinity,
    engine,
  }: SpectralState) {
    this.k = size[1];
    this.labels = labels;
    this.eigenvalues = eigenvalues;
    this.embedding = { data: embedding, shape: size };
    this.laplacian = laplacian;
    this.affinity = affinity;
    this.engine = engine;
    Object.freeze(this);
  }

  toJSON(): SpectralClusteringJson {
    const { labels, eigenvalues, embedding, laplacian, affinity, engine } = this;
    const { data, shape: size } = embedding;
    return RECORD.toJSON({
      ...{ shape: size, labels, eigenvalues, embedding: data, laplacian, affinity, engine },
    });
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): SpectralClusteringModel {
    return new SpectralClusteringModel(RECORD.fromJSON(json));
  }
}
