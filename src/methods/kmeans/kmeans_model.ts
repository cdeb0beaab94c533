/** What a K-means fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { CentroidModel } from './centroid_model.js';
import type { PlacedCentroids } from './placed.js';
import { JsonReader } from '../../fit/json_reader.js';
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
export interface KMeansJson {
  readonly format: 'webgpu-clustering/kmeans';
  readonly version: 1;
  readonly metric: Metric;
  readonly shape: readonly [k: number, columns: number];
  readonly shift: readonly number[];
  readonly centred: readonly number[];
  /** Both absent for 'float32'. */
  readonly storage?: Storage;
  readonly scale?: number;
  readonly labels: readonly number[];
  readonly counts: readonly number[];
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly history: readonly number[];
  readonly engine: string;
}

const FORMAT = 'webgpu-clustering/kmeans';

/** The mean squared distance of a row to its centroid. */
function spreadOf({ metric, inertia, labels }: KMeansState): number {
  return ((metric === 'cosine' ? 2 : 1) * inertia) / labels.length;
}

/** A fitted K-means model. Immutable. */
export class KMeansModel extends CentroidModel {
  static {
    nameClass(this, 'KMeansModel');
  }
  /** The cluster of each row, [n]: the nearest centroid, the lowest index on a tie. */
  readonly labels: Uint32Array;
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

  constructor(state: KMeansState) {
    super(state, spreadOf(state));
    this.labels = state.labels;
    this.counts = state.counts;
    this.inertia = state.inertia;
    this.iterations = state.iterations;
    this.converged = state.converged;
    this.history = state.history;
    this.engine = state.engine;
    Object.freeze(this);
  }

  /** Everything, as plain JSON: `KMeansModel.fromJSON(JSON.parse(JSON.stringify(model)))` is equal. */
  toJSON(): KMeansJson {
    const { shift, centred, storage, scale } = this.placed;
    return {
      format: FORMAT,
      version: 1,
      metric: this.metric,
      shape: [this.k, shift.length],
      shift: [...shift],
      centred: [...centred],
      ...(storage === 'float16' && scale !== undefined ? { storage, scale } : {}),
      labels: [...this.labels],
      counts: [...this.counts],
      inertia: this.inertia,
      iterations: this.iterations,
      converged: this.converged,
      history: [...this.history],
      engine: this.engine,
    };
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): KMeansModel {
    const reader = new JsonReader('KMeansModel', json);
    reader.is('format', FORMAT);
    reader.is('version', 1);
    const [k, d] = reader.shape('shape');
    const labels = reader.indices('labels', k);
    // Holds k to what there is, before anything is made of that size.
    reader.numbers('counts', k);
    const owned = labelCounts(labels, k);
    reader.part('counts', 'the rows of each label', (counts): counts is number[] =>
      (counts as number[]).every((count, c) => count === owned[c]),
    );
    const storage = reader.part(
      'storage',
      `'float32' or 'float16'`,
      (value): value is Storage | undefined =>
        value === undefined || value === 'float32' || value === 'float16',
    );
    return new KMeansModel({
      k,
      ...(storage === 'float16'
        ? { storage, scale: reader.part('scale', 'a power of two', isPowerOfTwo) }
        : {}),
      metric: reader.is('metric', 'euclidean', 'cosine'),
      shift: reader.float32s('shift', d),
      centred: Float32Array.from(reader.float32s('centred', k * d)),
      labels,
      counts: owned,
      inertia: reader.number('inertia'),
      iterations: reader.size('iterations'),
      converged: reader.boolean('converged'),
      history: reader.numbers('history'),
      engine: reader.text('engine'),
    });
  }
}

/** From 2^-113, for the largest float32 numbers, to 2^126. */
function isPowerOfTwo(value: unknown): value is number {
  if (typeof value !== 'number' || !(value > 0)) return false;
  const exponent = Math.round(Math.log2(value));
  return 2 ** exponent === value && exponent >= -114 && exponent <= 126;
}
