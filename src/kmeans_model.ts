/** What a K-means fit returns. */
import type { RuntimeChoice } from './backend.js';
import { InvalidArgumentError } from './errors.js';
import type { KMeansSession, Metric } from './kmeans_backend.js';
import { withKMeansSession } from './kmeans_session.js';
import type { Matrix, Points } from './matrix.js';
import { anObject, checkOptions, type OptionRules, RUNTIME_RULES } from './options.js';
import { checkPoints, checkWeights } from './points.js';

/** Where and how long a model's method may run. */
export interface ComputeOptions {
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
  /** Cancels the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The state of a model; see {@link KMeansModel} for what each part means. */
export interface KMeansState {
  readonly k: number;
  readonly metric: Metric;
  readonly shift: Float64Array;
  /** k x d: the centroids less the shift, as the device held them. */
  readonly centred: Float32Array;
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
  readonly labels: readonly number[];
  readonly counts: readonly number[];
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly history: readonly number[];
  readonly engine: string;
}

const FORMAT = 'webgpu-clustering/kmeans';

/**
 * A fitted K-means model. Immutable. It holds no device memory: each method loads what it is given,
 * computes, and frees it.
 */
export class KMeansModel {
  readonly k: number;
  readonly metric: Metric;
  /** The cluster of each row, [n]: the nearest centroid, the lowest index on a tie. */
  readonly labels: Uint32Array;
  /** k x d. */
  readonly centroids: Matrix;
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
  readonly #shift: Float64Array;
  readonly #centred: Float32Array;

  constructor(state: KMeansState) {
    const { k, shift, centred } = state;
    const d = shift.length;
    this.k = k;
    this.metric = state.metric;
    this.labels = state.labels;
    this.counts = state.counts;
    this.inertia = state.inertia;
    this.iterations = state.iterations;
    this.converged = state.converged;
    this.history = state.history;
    this.engine = state.engine;
    this.#shift = shift;
    this.#centred = centred;
    this.centroids = { data: centred.map((value, at) => value + shift[at % d]), shape: [k, d] };
    Object.freeze(this);
  }

  /**
   * The nearest centroid of each row of `points` (n x d), ties to the lowest index; [n].
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  predict(points: Points, options: ComputeOptions = {}): Promise<Uint32Array> {
    return this.#compute('predict', points, options, async (session) => {
      const { labels } = await session.assign(this.#centred, this.k, options.signal);
      return labels;
    });
  }

  /**
   * The distance of each row of `points` (n x d) to each centroid, n x k: Euclidean, or 1 - cos.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  transform(points: Points, options: ComputeOptions = {}): Promise<Matrix> {
    return this.#compute('transform', points, options, async (session) => ({
      data: await session.distances(this.#centred, this.k, options.signal),
      shape: [session.shape[0], this.k],
    }));
  }

  /**
   * Minus the inertia of `points` (n x d) under this model: higher is better, as in scikit-learn.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  score(
    points: Points,
    options: ComputeOptions & { readonly sampleWeight?: ArrayLike<number> } = {},
  ): Promise<number> {
    return this.#compute(
      'score',
      points,
      options,
      async (session, meanWeight) =>
        -meanWeight * (await session.inertia(this.#centred, this.k, options.signal)),
      { ...RUNTIME_RULES, sampleWeight: anObject },
    );
  }

  async #compute<T>(
    method: string,
    points: Points,
    options: ComputeOptions & { readonly sampleWeight?: ArrayLike<number> },
    work: (session: KMeansSession, meanWeight: number) => Promise<T>,
    rules: OptionRules = RUNTIME_RULES,
  ): Promise<T> {
    checkOptions(method, options, rules);
    options.signal?.throwIfAborted();
    const cosine = this.metric === 'cosine';
    const checked = checkPoints('points', points, {
      columns: this.#shift.length,
      shift: cosine ? 'none' : this.#shift,
    });
    const weights = checkWeights(options.sampleWeight, checked.shape[0]);
    return withKMeansSession(
      options.runtime,
      checked,
      {
        metric: this.metric,
        shift: this.#shift,
        ...(weights ? { weights: weights.scaled } : {}),
      },
      (session) => work(session, weights?.mean ?? 1),
    );
  }

  /**
   * Nothing is held on a device between calls, so there is nothing to free; for code that disposes
   * of whatever it was given.
   */
  dispose(): void {
    return;
  }

  /** Everything, as plain JSON: `KMeansModel.fromJSON(JSON.parse(JSON.stringify(model)))` is equal. */
  toJSON(): KMeansJson {
    return {
      format: FORMAT,
      version: 1,
      metric: this.metric,
      shape: [this.k, this.#shift.length],
      shift: [...this.#shift],
      centred: [...this.#centred],
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
    const owned = new Uint32Array(k);
    for (const label of labels) owned[label]++;
    const counts = numbers('counts', k);
    part('counts', () => counts.every((count, c) => count === owned[c]), 'the rows of each label');
    return new KMeansModel({
      k,
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

/** Reads parts of untrusted JSON, each held to a rule. */
function jsonReader(json: unknown) {
  if (typeof json !== 'object' || json === null) {
    throw new InvalidArgumentError(
      'json',
      `fromJSON: ${String(json)} is not an object; give what toJSON() returned.`,
    );
  }
  const parts = json as Readonly<Record<string, unknown>>;
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
