/** k centroids, and what can be asked of them. */
import type { RuntimeChoice } from './backend.js';
import type { KMeansSession, Metric, Storage } from './kmeans_backend.js';
import { withKMeansSession } from './kmeans_session.js';
import type { Matrix, Points } from './matrix.js';
import { anObject, checkOptions, type OptionRules, RUNTIME_RULES } from './options.js';
import type { PointStream } from './point_stream.js';
import { checkSource, checkWeights } from './points.js';

/** Where and how long a model's method may run. */
export interface ComputeOptions {
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
  /** Cancels the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Centroids as an engine holds them. */
export interface PlacedCentroids {
  readonly k: number;
  readonly metric: Metric;
  /** What every row is less of, [d]. */
  readonly shift: Float64Array;
  /** k x d: the centroids less the shift. */
  readonly centred: Float32Array;
  /** How the rows of the fit were held, and are those that the methods are given. */
  readonly storage?: Storage;
  /** For 'float16' the power of two at which they were rounded; see LoadOptions. */
  readonly scale?: number;
}

/**
 * The k centroids that a fit found. Holds no device memory: each method loads what it is given,
 * computes, and frees it.
 */
export abstract class CentroidModel {
  readonly k: number;
  readonly metric: Metric;
  /** k x d. */
  readonly centroids: Matrix;
  /** How a device holds the rows: of the fit, and those that the methods are given. */
  readonly storage: Storage;
  readonly #scale: number | undefined;
  readonly #shift: Float64Array;
  readonly #centred: Float32Array;

  protected constructor({ k, metric, shift, centred, storage, scale }: PlacedCentroids) {
    const d = shift.length;
    this.storage = storage ?? 'float32';
    this.#scale = scale;
    this.k = k;
    this.metric = metric;
    this.#shift = shift;
    this.#centred = centred;
    this.centroids = { data: centred.map((value, at) => value + shift[at % d]), shape: [k, d] };
  }

  /** What `centroids` was made of, exactly. */
  protected get placed(): PlacedCentroids {
    const { k, metric, storage } = this;
    const scaled = this.#scale === undefined ? {} : { scale: this.#scale };
    return { k, metric, shift: this.#shift, centred: this.#centred, storage, ...scaled };
  }

  /**
   * The nearest centroid of each row of `points` (n x d), ties to the lowest index; [n].
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  predict(points: Points | PointStream, options: ComputeOptions = {}): Promise<Uint32Array> {
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
  transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
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
    points: Points | PointStream,
    options: ComputeOptions & { readonly sampleWeight?: ArrayLike<number> } = {},
  ): Promise<number> {
    return this.#compute(
      'score',
      points,
      options,
      async (session, meanWeight) =>
        -meanWeight * (await session.inertias([this.#centred], this.k, options.signal))[0],
      { ...RUNTIME_RULES, sampleWeight: anObject },
    );
  }

  async #compute<T>(
    method: string,
    points: Points | PointStream,
    options: ComputeOptions & { readonly sampleWeight?: ArrayLike<number> },
    work: (session: KMeansSession, meanWeight: number) => Promise<T>,
    rules: OptionRules = RUNTIME_RULES,
  ): Promise<T> {
    options = checkOptions(method, options, rules);
    options.signal?.throwIfAborted();
    const cosine = this.metric === 'cosine';
    const matrixRules = {
      columns: this.#shift.length,
      shift: cosine ? ('none' as const) : this.#shift,
    };
    const checked = await checkSource('points', points, matrixRules, options.signal);
    const weights = checkWeights(options.sampleWeight, checked.shape[0]);
    return withKMeansSession(
      options.runtime,
      checked,
      {
        metric: this.metric,
        shift: this.#shift,
        storage: this.storage,
        scale: this.#scale,
        signal: options.signal,
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
}
