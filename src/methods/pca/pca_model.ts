/** What a PCA fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { InvalidArgumentError } from '../../errors.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import type { GpuResult, Matrix, Points } from '../../rows/matrix.js';
import { checkOptions, RUNTIME_RULES, wholeNumber } from '../../fit/options.js';
import type { PcaSolver } from './options.js';
import type { Session } from '../../ops/op.js';
import type { AffineMap } from '../../ops/products/affine_map.js';
import { forProducts } from '../../ops/products/hold.js';
import { imagesOf, imagesOnDevice } from '../../ops/products/images.js';
import {
  type DeviceOutput,
  isKept,
  type MaybeOnDevice,
  OUTPUT_RULES,
} from '../../fit/device_output.js';
import { withRows } from '../../fit/engine.js';
import { logDensities } from './pca_density.js';
import { extend } from './pca_incremental.js';
import { expansion, projection } from './pca_maps.js';
import { sum } from './pca_scatter.js';
import { type PcaJson, type PcaState, RECORD, stateOf, summaryOf } from './pca_state.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource } from '../../rows/points.js';

/** @throws InvalidArgumentError where numbers left the range of float32 */
function inRange(method: string, data: Float32Array, columns: number): Float32Array {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return data;
  throw new InvalidArgumentError(
    'points',
    `${method}: row ${Math.floor(at / columns)} comes out beyond 3.4e38, the most that float32 holds; ` +
      `scale the rows down before they are fitted and used.`,
  );
}

/**
 * A fitted PCA of T components over d columns. Immutable. It holds no device memory: each method
 * loads what it is given, computes, and frees it.
 */
export class PcaModel {
  static {
    nameClass(this, 'PcaModel');
  }
  /** T, the number of components kept. */
  readonly nComponents: number;
  /** The mean of each column, [d]. */
  readonly mean: Float64Array;
  /**
   * T x d, row-major: orthonormal directions by falling variance. Of each, the entry largest in
   * absolute value is positive, as scikit-learn's svd_flip has it from version 1.5 on.
   */
  readonly components: {
    readonly data: Float64Array;
    readonly shape: readonly [components: number, columns: number];
  };
  /** The sample variance (divided by n - 1) along each component, [T]. */
  readonly explainedVariance: Float64Array;
  /** The same as a share of the variance of all columns, [T]; 0 where that is 0. */
  readonly explainedVarianceRatio: Float64Array;
  /** Those of the centred points, [T]: sqrt((n - 1) explainedVariance). */
  readonly singularValues: Float64Array;
  /**
   * The mean variance along the min(n, d) - T directions left out (Tipping & Bishop 1999); 0 where
   * none is.
   */
  readonly noiseVariance: number;
  /** Whether scores are divided by the standard deviation of their component. */
  readonly whiten: boolean;
  /** Rows fitted. */
  readonly rows: number;
  readonly solver: PcaSolver;
  /** What ran the fit: the adapter, or 'cpu'. */
  readonly engine: string;
  readonly #state: PcaState;

  constructor(state: PcaState) {
    const { rows, mean, components, explainedVariance, variances } = state;
    const [count, d] = [explainedVariance.length, mean.length];
    const total = sum(variances);
    this.nComponents = count;
    this.mean = mean;
    this.components = { data: components, shape: [count, d] };
    this.explainedVariance = explainedVariance;
    this.explainedVarianceRatio = explainedVariance.map((value) => (total > 0 ? value / total : 0));
    this.singularValues = explainedVariance.map((value) => Math.sqrt(value * (rows - 1)));
    this.noiseVariance = state.noiseVariance;
    this.whiten = state.whiten;
    this.rows = rows;
    this.solver = state.solver;
    this.engine = state.engine;
    this.#state = state;
    Object.freeze(this);
  }

  /**
   * The scores of `points` (n x d): (x - mean) along each component, whitened if the model is; n x T.
   * Whitened scores are 0 along a component without variance.
   *
   * With `output: 'gpu'` they stay on `runtime`'s device, as a matrix that every method of this
   * library takes as `points`; its buffer is the caller's to destroy, and nothing is read back for it.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  transform(points: Points | PointStream, options: DeviceOutput): Promise<GpuResult>;
  transform(points: Points | PointStream, options?: ComputeOptions): Promise<Matrix>;
  transform(
    points: Points | PointStream,
    options: MaybeOnDevice = {},
  ): Promise<GpuResult | Matrix> {
    return this.#compute('transform', points, options, ({ shift }) => [
      projection(this.#state, shift, this.nComponents, this.whiten),
    ]);
  }

  /**
   * The points that have given scores (n x T, as `transform` gives them) and lie in the span of the
   * components; n x d. `output` as for `transform`.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  inverseTransform(scores: Points | PointStream, options: DeviceOutput): Promise<GpuResult>;
  inverseTransform(scores: Points | PointStream, options?: ComputeOptions): Promise<Matrix>;
  inverseTransform(
    scores: Points | PointStream,
    options: MaybeOnDevice = {},
  ): Promise<GpuResult | Matrix> {
    const expand = expansion(this.#state, this.nComponents, this.whiten);
    return this.#compute('inverseTransform', scores, options, () => [expand], {
      what: 'scores',
      shift: new Float64Array(this.nComponents),
    });
  }

  /**
   * `points` (n x d) as the first `count` components (1 to T, default T) show them: projected on
   * those and mapped back; n x d. `output` as for `transform`.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  reconstruct(
    points: Points | PointStream,
    count: number,
    options: DeviceOutput,
  ): Promise<GpuResult>;
  reconstruct(
    points: Points | PointStream,
    count?: number,
    options?: ComputeOptions,
  ): Promise<Matrix>;
  async reconstruct(
    points: Points | PointStream,
    count: number = this.nComponents,
    options: MaybeOnDevice = {},
  ): Promise<GpuResult | Matrix> {
    checkOptions('reconstruct', { count }, { count: wholeNumber(1, this.nComponents) });
    return this.#compute('reconstruct', points, options, ({ shift }) => [
      projection(this.#state, shift, count, false),
      expansion(this.#state, count, false),
    ]);
  }

  /**
   * The log-likelihood of each row of `points` (n x d) under probabilistic PCA (Tipping & Bishop
   * 1999): a normal distribution with the model's variances along the components and `noiseVariance`
   * along every other direction, whitened or not; [n].
   *
   * @throws InvalidArgumentError also where that distribution is singular
   */
  async scoreSamples(
    points: Points | PointStream,
    options: ComputeOptions = {},
  ): Promise<Float64Array> {
    options = checkOptions('score', options, RUNTIME_RULES);
    const densities = logDensities(this.#state);
    return this.#load('points', points, options, this.mean, (session) =>
      densities(session, options.signal),
    );
  }

  /**
   * The mean of `scoreSamples` over the rows of `points`.
   *
   * @throws InvalidArgumentError also where the distribution is singular
   */
  async score(points: Points | PointStream, options: ComputeOptions = {}): Promise<number> {
    const samples = await this.scoreSamples(points, options);
    return sum(samples) / samples.length;
  }

  /**
   * A model of the rows fitted so far and `points` (m x d) together, with as many components as this
   * one (Ross et al. 2008). Exact where this model keeps all components; else what it left out is
   * left out for good.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async partialFit(points: Points | PointStream, options: ComputeOptions = {}): Promise<PcaModel> {
    options = checkOptions('partialFit', options, RUNTIME_RULES);
    return this.#load('points', points, options, undefined, async (session, engine) => {
      const summary = await extend(
        summaryOf(this.#state),
        session,
        this.nComponents,
        0,
        options.signal,
      );
      const { whiten } = this;
      return new PcaModel(stateOf(summary, { whiten, solver: 'incremental', engine }));
    });
  }

  /** Puts rows through maps, with the result where `output` says. */
  async #compute(
    method: string,
    points: Points | PointStream,
    options: MaybeOnDevice,
    mapsFor: (session: Session) => readonly AffineMap[],
    { what, shift }: { what: string; shift: Float64Array } = { what: 'points', shift: this.mean },
  ): Promise<GpuResult | Matrix> {
    options = checkOptions(method, options, OUTPUT_RULES);
    const { signal } = options;
    const onDevice = isKept(method, points, options);
    return this.#load(what, points, options, shift, async (session) => {
      const maps = mapsFor(session);
      const shape = [session.shape[0], maps[maps.length - 1].outputs] as const;
      return onDevice
        ? { ...(await session.run(imagesOnDevice, maps, options.usage ?? 0, signal)), shape }
        : { data: inRange(method, await session.run(imagesOf, maps, signal), shape[1]), shape };
    });
  }

  /** Loads rows less `shift` rounded to float32 (their own means when absent), as a fit's rows are. */
  async #load<T>(
    what: string,
    points: Points | PointStream,
    { runtime, signal }: ComputeOptions,
    shift: Float64Array | undefined,
    work: (session: Session, engine: string) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const rounded = shift?.map(Math.fround);
    const rules = {
      columns: shift?.length ?? this.mean.length,
      ...(rounded ? { shift: rounded } : {}),
    };
    const checked = await checkSource(what, points, rules, signal);
    const load = { metric: 'euclidean', hold: forProducts, signal } as const;
    return withRows(runtime, checked, rounded ? { ...load, shift: rounded } : load, work);
  }

  /**
   * Nothing is held on a device between calls, so there is nothing to free; for code that disposes
   * of whatever it was given.
   */
  dispose(): void {
    return;
  }

  /** Everything, as plain JSON: `PcaModel.fromJSON(JSON.parse(JSON.stringify(model)))` is equal. */
  toJSON(): PcaJson {
    return RECORD.toJSON({ ...this.#state, shape: this.components.shape });
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): PcaModel {
    return new PcaModel(RECORD.fromJSON(json));
  }
}
