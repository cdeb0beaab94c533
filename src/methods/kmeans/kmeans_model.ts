/** What a K-means fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { CentroidModel } from './centroid_model.js';
import { KMEANS_RULES } from './options.js';
import type { PlacedCentroids } from './placed.js';
import {
  boolean,
  columns,
  entries,
  float32s,
  float64s,
  indices,
  modelRecord,
  number,
  offsets,
  type Part,
  rows,
  ruled,
  shape,
  size,
  text,
} from '../../fit/model_record.js';
import { labelCounts } from '../../ops/sums/label_counts.twin.js';
import type { Metric, Storage } from '../../rows/load_options.js';

/** The state of a model; see {@link KMeansModel} for what each part means. */
export interface KMeansState extends PlacedCentroids {
  readonly labels: Uint32Array;
  readonly counts: Uint32Array;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly history: Float64Array;
  readonly engine: string;
}

/** A model as JSON. */
export type KMeansJson = ReturnType<typeof RECORD.toJSON>;

/** Both absent from JSON for 'float32'. */
const storagePart: Part<Storage | undefined> = {
  write: (storage) => (storage === 'float16' ? storage : undefined),
  read: (reader, name) =>
    reader.part(
      name,
      `'float32' or 'float16'`,
      (value): value is Storage | undefined =>
        value === undefined || value === 'float32' || value === 'float16',
    ),
};
const scalePart: Part<number | undefined> = {
  write: (scale) => scale,
  read: (reader, name, { storage }) =>
    storage === 'float16' ? reader.part(name, 'a power of two', isPowerOfTwo) : undefined,
};

/** As many as there are labels of each kind. */
const countsPart: Part<Uint32Array, readonly number[]> = {
  write: (counts) => [...counts],
  read(reader, name, known) {
    const owned = labelCounts(known.labels as Uint32Array, rows(known));
    reader.part(name, 'the rows of each label', (counts): counts is number[] =>
      (counts as number[]).every((count, c) => count === owned[c]),
    );
    return owned;
  },
};

const RECORD = modelRecord('webgpu-clustering/kmeans', 'KMeansModel', {
  metric: ruled<Metric>(KMEANS_RULES.metric),
  shape: {
    write: shape.write,
    read(reader, name, known) {
      const sides = shape.read(reader, name, known);
      // Holds k to what there is, before anything is made of that size.
      reader.list('counts', sides[0], 'finite numbers', Number.isFinite);
      return sides;
    },
  },
  shift: offsets(columns),
  centred: float32s(entries),
  storage: storagePart,
  scale: scalePart,
  labels: indices(rows),
  counts: countsPart,
  inertia: number,
  iterations: size,
  converged: boolean,
  history: float64s(),
  engine: text,
});

/** What every fit by K-means tells. */
export abstract class FittedKMeans extends CentroidModel {
  /** Sum over the rows of weight times squared distance to the centroid ('cosine': of 1 - cos). */
  readonly inertia: number;
  /** Lloyd iterations of the run that won. */
  readonly iterations: number;
  /** False where `maxIter` ended the run. */
  readonly converged: boolean;
  /** The objective at each iteration, before its update of the centroids, [iterations]. */
  readonly history: Float64Array;
  /** Rows in each cluster, [k]. */
  readonly counts: Uint32Array;
  /** What ran the fit: the adapter, or 'cpu'. */
  readonly engine: string;

  protected constructor(state: Omit<KMeansState, 'labels'>, rows: number) {
    // The mean squared distance of a row to its centroid.
    super(state, ((state.metric === 'cosine' ? 2 : 1) * state.inertia) / rows);
    this.inertia = state.inertia;
    this.iterations = state.iterations;
    this.converged = state.converged;
    this.history = state.history;
    this.counts = state.counts;
    this.engine = state.engine;
  }
}

/** A fitted K-means model. Immutable. */
export class KMeansModel extends FittedKMeans {
  static {
    nameClass(this, 'KMeansModel');
  }
  /** The cluster of each row, [n]: the nearest centroid, the lowest index on a tie. */
  readonly labels: Uint32Array;
  readonly #state: KMeansState;

  constructor(state: KMeansState) {
    super(state, state.labels.length);
    this.labels = state.labels;
    this.#state = state;
    Object.freeze(this);
  }

  /** Everything, as plain JSON: `KMeansModel.fromJSON(JSON.parse(JSON.stringify(model)))` is equal. */
  toJSON(): KMeansJson {
    const { storage, scale } = this.#state;
    return RECORD.toJSON({ ...this.#state, storage, scale, shape: this.centroids.shape });
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): KMeansModel {
    const { shape, ...state } = RECORD.fromJSON(json);
    return new KMeansModel({ ...state, k: shape[0] });
  }
}

/** From 2^-113, for the largest float32 numbers, to 2^126. */
function isPowerOfTwo(value: unknown): value is number {
  if (typeof value !== 'number' || !(value > 0)) return false;
  const exponent = Math.round(Math.log2(value));
  return 2 ** exponent === value && exponent >= -114 && exponent <= 126;
}
