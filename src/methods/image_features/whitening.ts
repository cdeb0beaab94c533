/** Rows without correlations that look like themselves. */
import { nameClass } from '../../../host/class_name.js';
import { InvalidArgumentError } from '../../errors.js';
import { withRows } from '../../fit/engine.js';
import { columns, float64s, modelRecord, number, shape, text } from '../../fit/model_record.js';
import { checkOptions, nonNegative, RUNTIME_RULES } from '../../fit/options.js';
import { forProducts } from '../../ops/products/hold.js';
import { imagesOf } from '../../ops/products/images.js';
import type { Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { pca } from '../pca/pca.js';

export interface ZcaWhiteningOptions extends ComputeOptions {
  /** Added to every variance, >= 0, so that noise is not made large. Default 0.1. */
  readonly epsilon?: number;
}

interface State {
  readonly shape: readonly [number, number];
  readonly mean: Float64Array;
  readonly matrix: Float64Array;
  readonly epsilon: number;
  readonly engine: string;
}

const RECORD = modelRecord('webgpu-clustering/zca-whitening', 'ZcaWhitening', {
  shape,
  mean: float64s(columns),
  matrix: float64s((known) => (known.shape as readonly number[])[1] ** 2),
  epsilon: number,
  engine: text,
});

/** x -> W (x - mean). Immutable. */
export class ZcaWhitening {
  static {
    nameClass(this, 'ZcaWhitening');
  }
  /** Of the rows of the fit, [d]. */
  readonly mean: Float64Array;
  /** W = V (Lambda + epsilon)^(-1/2) V^T of their covariance V Lambda V^T, d x d. */
  readonly matrix: {
    readonly data: Float64Array;
    readonly shape: readonly [rows: number, columns: number];
  };
  readonly epsilon: number;
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: State;

  constructor(state: State) {
    const d = state.mean.length;
    this.#state = state;
    this.mean = state.mean;
    this.matrix = { data: state.matrix, shape: [d, d] };
    this.epsilon = state.epsilon;
    this.engine = state.engine;
    Object.freeze(this);
  }

  /**
   * W (x - mean) for each row x of `points` (n x d).
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    const { runtime, signal } = checkOptions('transform', options, RUNTIME_RULES);
    signal?.throwIfAborted();
    const { mean, matrix } = this;
    const d = mean.length;
    const shift = mean.map(Math.fround);
    const checked = await checkSource('points', points, { columns: d, shift }, signal);
    const load = { metric: 'euclidean', hold: forProducts, shift, signal } as const;
    return withRows(runtime, checked, load, async (session) => {
      const offset = new Float64Array(d);
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) {
          offset[i] += matrix.data[i * d + j] * (session.shift[j] - mean[j]);
        }
      }
      const map = { matrix: matrix.data, offset, inputs: d, outputs: d };
      const data = await session.run(imagesOf, [map], signal);
      return { data, shape: [session.shape[0], d] };
    });
  }

  toJSON() {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): ZcaWhitening {
    return new ZcaWhitening(RECORD.fromJSON(json));
  }
}

/**
 * Whitening that moves rows as little as any can (ZCA, Bell & Sejnowski 1997): columns become uncorrelated, of
 * variance v / (v + epsilon) along each principal component of variance v. By the components of `pca`.
 *
 * @param points n x d, n >= 2, in any form, or a stream of them; never changed
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function zcaWhitening(
  points: Points | PointStream,
  options: ZcaWhiteningOptions = {},
): Promise<ZcaWhitening> {
  const { epsilon = 0.1, ...where } = checkOptions('zcaWhitening', options, {
    epsilon: nonNegative,
    ...RUNTIME_RULES,
  });
  const model = await pca(points, where);
  const { mean, components, explainedVariance, rows, engine } = model;
  const d = mean.length;
  const [count] = components.shape;
  if (epsilon === 0 && (count < d || explainedVariance.some((value) => value <= 0))) {
    throw new InvalidArgumentError(
      'epsilon',
      `zcaWhitening: epsilon is 0, but the rows have no variance along some directions; give one above 0, or drop columns that others determine.`,
    );
  }
  // Along directions that were not found there is no variance.
  const rest = count < d ? 1 / Math.sqrt(epsilon) : 0;
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) matrix[i * d + i] = rest;
  for (let c = 0; c < count; c++) {
    const factor = 1 / Math.sqrt(Math.max(0, explainedVariance[c]) + epsilon) - rest;
    const own = components.data.subarray(c * d, (c + 1) * d);
    for (let i = 0; i < d; i++) {
      const scaled = factor * own[i];
      for (let j = 0; j < d; j++) matrix[i * d + j] += scaled * own[j];
    }
  }
  return new ZcaWhitening({ shape: [rows, d], mean, matrix, epsilon, engine });
}
