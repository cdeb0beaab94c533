/** k centroids, and what can be asked of them. */
import { type DeviceOutput, type MaybeOnDevice, OUTPUT_RULES } from '../../fit/device_output.js';
import { anObject, RUNTIME_RULES } from '../../fit/options.js';
import { assign, inertiasOf } from '../../ops/clustering/assign.js';
import { withLabellings } from '../../ops/clustering/labelling.js';
import type { Session } from '../../ops/op.js';
import { largestOf } from '../../rows/float16.js';
import type { Metric, Storage } from '../../rows/load_options.js';
import type { Centroids, GpuResult, GpuVector, Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import type { DensityOptions, RespondOptions } from './energy.js';
import { type ComputeOptions, type PlacedCentroids, withPlaced } from './placed.js';

/** Of the mean squared distance, what rounding may move a centroid by. */
const LOST_SHARE = 1e-7;
/** Of the largest coordinate, four times what float32 rounds it by. */
const SPARE_ROUNDING = 2 ** -22;

/**
 * What `centred` (k x d) stands for, in float32 where that holds it well enough.
 *
 * @param spread the mean squared distance of a row to its centroid, where it is known
 */
export function inFull(
  centred: Float32Array,
  shift: Float64Array,
  spread?: number,
): Float32Array | Float64Array {
  const d = shift.length;
  const k = centred.length / d;
  const full = Float64Array.from(centred, (value, at) => value + shift[at % d]);
  const rounded = Float32Array.from(full);
  // Where rows lie on their centroids, as far as `centred` itself is rounded.
  const own = (SPARE_ROUNDING * largestOf(centred)) ** 2;
  const bearable = spread ? LOST_SHARE * spread : own;
  for (let c = 0; c < k; c++) {
    let lost = 0;
    for (let at = c * d; at < (c + 1) * d; at++) lost += (full[at] - rounded[at]) ** 2;
    if (lost > bearable) return full;
  }
  return rounded;
}

/** What a model's `centroids` were made of, exactly. */
export let placedOf: (model: CentroidModel) => PlacedCentroids;

/**
 * The k centroids that a fit found. Holds no device memory: each method loads what it is given,
 * computes, and frees it.
 */
export abstract class CentroidModel {
  static {
    placedOf = (model) => model.placed;
  }
  readonly k: number;
  readonly metric: Metric;
  /**
   * k x d, in the units of the rows. A Float32Array, but a Float64Array where float32 would round them
   * by so much that their inertia changed in its seventh digit: large numbers close together, such as
   * timestamps or coordinates.
   */
  readonly centroids: Centroids;
  /** How a device holds the rows: of the fit, and those that the methods are given. */
  readonly storage: Storage;
  readonly #scale: number | undefined;
  readonly #shift: Float64Array;
  readonly #centred: Float32Array;

  /**
   * @param spread the mean squared distance of a row to its centroid, where it is known
   */
  protected constructor(
    { k, metric, shift, centred, storage, scale }: PlacedCentroids,
    spread?: number,
  ) {
    const d = shift.length;
    this.storage = storage ?? 'float32';
    this.#scale = scale;
    this.k = k;
    this.metric = metric;
    this.#shift = shift;
    this.#centred = centred;
    this.centroids = { data: inFull(centred, shift, spread), shape: [k, d] };
  }

  /** What `centroids` was made of, exactly. */
  protected get placed(): PlacedCentroids {
    const { k, metric, storage } = this;
    return { k, metric, shift: this.#shift, centred: this.#centred, storage, scale: this.#scale };
  }

  /**
   * The nearest centroid of each row of `points` (n x d), ties to the lowest index; [n].
   *
   * With `output: 'gpu'` the labels stay on the device, u32, in a buffer that is the caller's to destroy, and
   * nothing is read back for them.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  predict(points: Points | PointStream, options: DeviceOutput): Promise<GpuVector>;
  predict(points: Points | PointStream, options?: ComputeOptions): Promise<Uint32Array>;
  predict(
    points: Points | PointStream,
    options: MaybeOnDevice = {},
  ): Promise<GpuVector | Uint32Array> {
    const work = async (session: Session): Promise<GpuVector | Uint32Array> => {
      const { signal, usage = 0 } = options;
      if (options.output !== 'gpu') {
        return (await session.run(assign, this.#centred, this.k, signal)).labels;
      }
      const { labelsOnDevice } = await import('../../ops/clustering/kept_labels.js');
      const op = labelsOnDevice(withLabellings);
      const kept = await session.run(op, this.#centred, this.k, usage, signal);
      return { ...kept, shape: [session.shape[0]], type: 'uint32' };
    };
    return withPlaced(this.placed, 'predict', points, options, work, OUTPUT_RULES);
  }

  /**
   * The distance of each row of `points` (n x d) to each centroid, n x k: Euclidean, or 1 - cos. `output` as for
   * `predict`.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  transform(points: Points | PointStream, options: DeviceOutput): Promise<GpuResult>;
  transform(points: Points | PointStream, options?: ComputeOptions): Promise<Matrix>;
  transform(
    points: Points | PointStream,
    options: MaybeOnDevice = {},
  ): Promise<GpuResult | Matrix> {
    const work = async (session: Session): Promise<GpuResult | Matrix> => {
      const { signal, usage = 0 } = options;
      const shape = [session.shape[0], this.k] as const;
      if (options.output !== 'gpu') {
        const { distances } = await import('../../ops/assign/distances.js');
        return { data: await session.run(distances, this.#centred, this.k, signal), shape };
      }
      const { distancesOnDevice } = await import('../../ops/assign/distances.js');
      return {
        ...(await session.run(distancesOnDevice, this.#centred, this.k, usage, signal)),
        shape,
      };
    };
    return withPlaced(this.placed, 'transform', points, options, work, OUTPUT_RULES);
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
    return withPlaced(
      this.placed,
      'score',
      points,
      options,
      async (session, meanWeight) =>
        -meanWeight * (await session.run(inertiasOf, [this.#centred], this.k, options.signal))[0],
      { ...RUNTIME_RULES, sampleWeight: anObject },
    );
  }

  /**
   * The energy of each row of `points` (n x d): E(x) = |x - w_s(x)|^2, w_s(x) the nearest centroid, from
   * direct differences; [n]. For 'cosine' of the row at length 1: 2 (1 - cos).
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async energy(points: Points | PointStream, options: ComputeOptions = {}): Promise<Float64Array> {
    const { energy } = await import('./energy.js');
    return energy(this.placed, points, options);
  }

  /**
   * The logarithm of each row's density (n x d), log q = -beta E(x), [n]: a superposition of k bumps, not
   * normalised unless `normalize` is 'voronoi'. Then log Z is subtracted, Z the integral of q, estimated
   * once for the model from `samples` points: the same for the same beta, samples and seed.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async logDensity(
    points: Points | PointStream,
    options: ComputeOptions & DensityOptions = {},
  ): Promise<Float64Array> {
    const { logDensity } = await import('./energy.js');
    return logDensity(this.placed, points, options);
  }

  /**
   * The winner-take-all reconstruction W wta(W'x) of each row of `points` (n x d): its nearest centroid,
   * n x d. The energy is the squared distance to it.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async reconstruct(
    points: Points | PointStream,
    options: ComputeOptions = {},
  ): Promise<Centroids> {
    const { reconstruct } = await import('./energy.js');
    return reconstruct(this.placed, this.centroids, points, options);
  }

  /**
   * The response w_k'x of each centroid to each row of `points` (n x d), n x k, as a simple cell's; with
   * `inhibition: 'winnerTakeAll'` only the nearest centroid answers. Where all centroids have the same
   * length the nearest one is that of the largest response; otherwise that of the largest
   * w_k'x - |w_k|^2 / 2. For 'cosine' rows have length 1, and responses are cosines.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async respond(
    points: Points | PointStream,
    options: ComputeOptions & RespondOptions = {},
  ): Promise<Matrix> {
    const { respond } = await import('./energy.js');
    return respond(this.placed, this.centroids, points, options);
  }

  /**
   * Nothing is held on a device between calls, so there is nothing to free; for code that disposes
   * of whatever it was given.
   */
  dispose(): void {
    return;
  }
}
