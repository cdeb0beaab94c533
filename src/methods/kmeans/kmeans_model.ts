/** What a K-means fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { CentroidModel, type PlacedCentroids } from './centroid_model.js';
import { InvalidArgumentError } from '../../errors.js';
import { jsonObject } from '../../fit/json_reader.js';
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
    const part = jsonReader(json);
    part('format', (value) => value === FORMAT, `'${FORMAT}'`);
    part('version', (value) => value === 1, '1');
    const isSize = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 1;
    const shape = part(
      'shape',
      (value) => Array.isArray(value) && value.length === 2 && value.every(isSize),
      '[k, columns]',
    );
    const [k, d] = shape as [number, number];
    const numbers = (name: string, length?: number) =>
      part(
        name,
        (value) =>
          Array.isArray(value) &&
          value.every((entry) => Number.isFinite(entry)) &&
          (length === undefined || value.length === length),
        length === undefined ? 'finite numbers' : `${length} finite numbers`,
      ) as number[];
    const isLabel = (value: unknown) =>
      Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < k;
    const labels = part(
      'labels',
      (value) => Array.isArray(value) && value.every(isLabel),
      `whole numbers from 0 to ${k - 1}`,
    ) as number[];
    const counts = numbers('counts', k);
    const owned = new Uint32Array(k);
    for (const label of labels) owned[label]++;
    part('counts', () => counts.every((count, c) => count === owned[c]), 'the rows of each label');
    const storage = part(
      'storage',
      (value) => value === undefined || value === 'float32' || value === 'float16',
      `'float32' or 'float16'`,
    ) as Storage | undefined;
    return new KMeansModel({
      k,
      ...(storage === 'float16'
        ? { storage, scale: part('scale', isPowerOfTwo, 'a power of two') as number }
        : {}),
      metric: part(
        'metric',
        (value) => value === 'euclidean' || value === 'cosine',
        `'euclidean' or 'cosine'`,
      ) as Metric,
      shift: Float64Array.from(numbers('shift', d)),
      centred: Float32Array.from(numbers('centred', k * d)),
      labels: Uint32Array.from(labels),
      counts: owned,
      inertia: part('inertia', Number.isFinite, 'a number') as number,
      iterations: part('iterations', isSize, 'a whole number >= 1') as number,
      converged: part(
        'converged',
        (value) => typeof value === 'boolean',
        'true or false',
      ) as boolean,
      history: Float64Array.from(numbers('history')),
      engine: part('engine', (value) => typeof value === 'string', 'a string') as string,
    });
  }
}

/** From 2^-113, for the largest float32 numbers, to 2^126. */
function isPowerOfTwo(value: unknown): boolean {
  if (typeof value !== 'number' || !(value > 0)) return false;
  const exponent = Math.round(Math.log2(value));
  return 2 ** exponent === value && exponent >= -114 && exponent <= 126;
}

/** Reads parts of untrusted JSON, each held to a rule. */
function jsonReader(json: unknown) {
  const parts = jsonObject('KMeansModel', json);
  return (name: string, holds: (value: unknown) => boolean, rule: string): unknown => {
    const value = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (!holds(value)) {
      throw new InvalidArgumentError(
        'json',
        `fromJSON: '${name}' must be ${rule}; give what KMeansModel.toJSON() returned.`,
      );
    }
    return value;
  };
}
