/** What fits of Gaussian mixtures have in common. */
import {
  type DeviceOutput,
  isKept,
  type MaybeOnDevice,
  OUTPUT_RULES,
} from '../../fit/device_output.js';
import { withRows } from '../../fit/engine.js';
import { InvalidArgumentError } from '../../errors.js';
import { inColumns, scaleColumns } from '../../ops/mixtures/columns.js';
import { densities, responsibilities } from '../../ops/mixtures/expectation.js';
import { formOf, type MixtureParameters } from '../../ops/mixtures/parameters.js';
import type { CovarianceType, Scorer } from '../../ops/mixtures/scorer.js';
import type { Kept } from '../../ops/device_result.js';
import type { Op, Session } from '../../ops/op.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import type { GpuResult, GpuVector, Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { covarianceShape, type Tensor } from './mixture_arrays.js';
import {
  anObject,
  checkOptions,
  type OptionRules,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import { createRandom } from '../../math/random.js';
import { drawn, type MixtureSample } from './mixture_sample.js';

/** Numbers that `sample` may draw at once: 1 GiB. */
const MOST_DRAWN = 2 ** 28;

/** The state of a mixture; see {@link MixtureModel} for what each part means. */
export interface MixtureState {
  readonly covarianceType: CovarianceType;
  /** What was subtracted from every row, [d], and what columns were multiplied by. */
  readonly shift: Float64Array;
  readonly scale: Float64Array;
  readonly parameters: MixtureParameters;
  readonly labels: Uint32Array;
  readonly logLikelihood: number;
  readonly history: Float64Array;
  readonly converged: boolean;
  readonly engine: string;
}

/** Options of methods that take weighted rows. */
export type WeightedOptions = ComputeOptions & { readonly sampleWeight?: ArrayLike<number> };

/**
 * A fitted mixture of Gaussians. Immutable. It holds no device memory: each method loads what it is
 * given, computes, and frees it.
 */
export abstract class MixtureModel {
  readonly k: number;
  readonly covarianceType: CovarianceType;
  /** [k], summing to 1. */
  readonly weights: Tensor;
  /** [k, d] */
  readonly means: Tensor;
  /** full [k, d, d], tied [d, d], diag [k, d], spherical and fixed [k]. */
  readonly covariances: Tensor;
  /** The inverses of the covariances, of the same shape. */
  readonly precisions: Tensor;
  /** Upper triangular U with U U^T the precision; its root for diag, spherical and fixed. */
  readonly precisionsCholesky: Tensor;
  /** The component of the largest responsibility of each row, [n]; the lowest index on a tie. */
  readonly labels: Uint32Array;
  /** Sum over the rows of weight times log-density under this model. */
  readonly logLikelihood: number;
  /** The bound of the last E-step, so before the last M-step. */
  readonly lowerBound: number;
  /** The bound at each iteration, [iterations]. */
  readonly history: Float64Array;
  /** False where `maxIter` ended the run. */
  readonly converged: boolean;
  /** Iterations of the run that won. */
  readonly iterations: number;
  /** What ran the fit: the adapter, or 'cpu'. */
  readonly engine: string;
  protected readonly state: MixtureState;
  protected readonly scorer: Scorer;

  protected constructor(state: MixtureState, scorer: Scorer) {
    const { parameters, covarianceType, shift, history } = state;
    const k = parameters.weights.length;
    const d = shift.length;
    const shape = covarianceShape(covarianceType, k, d);
    this.k = k;
    this.covarianceType = covarianceType;
    this.weights = { data: parameters.weights, shape: [k] };
    this.means = {
      data: parameters.means.map((value, at) => value + shift[at % d]),
      shape: [k, d],
    };
    this.covariances = { data: parameters.covariances, shape };
    this.precisions = { data: precisionsOf(parameters.factors, covarianceType, d), shape };
    this.precisionsCholesky = { data: parameters.factors, shape };
    this.labels = state.labels;
    this.logLikelihood = state.logLikelihood;
    this.history = history;
    this.lowerBound = history[history.length - 1];
    this.converged = state.converged;
    this.iterations = history.length;
    this.engine = state.engine;
    this.state = state;
    this.scorer = scorer;
  }

  /**
   * The component of the largest responsibility of each row of `points` (n x d), ties to the lowest
   * index; [n].
   *
   * With `output: 'gpu'` the labels stay on the device, u32, in a buffer that is the caller's to destroy; rows
   * whose log-density float32 does not hold are not refused then.
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
      if (isKept('predict', points, options)) {
        const { componentsOnDevice } = await import('../../ops/mixtures/on_device.js');
        return {
          ...(await this.#kept(session, componentsOnDevice, options)),
          shape: [session.shape[0]],
          type: 'uint32',
        };
      }
      const { labels, logDensities } = await session.run(densities, this.scorer, options.signal);
      checkDensities(logDensities);
      return labels;
    };
    return this.#compute('predict', points, options, work, OUTPUT_RULES);
  }

  /**
   * The responsibilities of each row of `points` (n x d), n x k: how likely each component is to
   * have made it. They sum to 1. `output` as for `predict`.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  predictProba(points: Points | PointStream, options: DeviceOutput): Promise<GpuResult>;
  predictProba(points: Points | PointStream, options?: ComputeOptions): Promise<Matrix>;
  predictProba(
    points: Points | PointStream,
    options: MaybeOnDevice = {},
  ): Promise<GpuResult | Matrix> {
    const work = async (session: Session): Promise<GpuResult | Matrix> => {
      const shape = [session.shape[0], this.k] as const;
      if (isKept('predictProba', points, options)) {
        const { responsibilitiesOnDevice } = await import('../../ops/mixtures/on_device.js');
        return { ...(await this.#kept(session, responsibilitiesOnDevice, options)), shape };
      }
      const found = await session.run(responsibilities, this.scorer, options.signal);
      checkDensities(found.logDensities);
      return { data: found.data, shape };
    };
    return this.#compute('predictProba', points, options, work, OUTPUT_RULES);
  }

  /**
   * The log-density of each row of `points` (n x d), [n]. `output` as for `predict`.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  scoreSamples(points: Points | PointStream, options: DeviceOutput): Promise<GpuVector>;
  scoreSamples(points: Points | PointStream, options?: ComputeOptions): Promise<Float32Array>;
  scoreSamples(
    points: Points | PointStream,
    options: MaybeOnDevice = {},
  ): Promise<GpuVector | Float32Array> {
    const work = async (session: Session): Promise<GpuVector | Float32Array> => {
      if (isKept('scoreSamples', points, options)) {
        const { densitiesOnDevice } = await import('../../ops/mixtures/on_device.js');
        return {
          ...(await this.#kept(session, densitiesOnDevice, options)),
          shape: [session.shape[0]],
          type: 'float32',
        };
      }
      const { logDensities } = await session.run(densities, this.scorer, options.signal);
      checkDensities(logDensities);
      return logDensities;
    };
    return this.#compute('scoreSamples', points, options, work, OUTPUT_RULES);
  }

  #kept(
    session: Session,
    op: Op<[Scorer, number, AbortSignal | undefined], Kept>,
    { usage = 0, signal }: MaybeOnDevice,
  ): Promise<Kept> {
    return session.run(op, this.scorer, usage, signal);
  }

  /**
   * The mean log-density of the rows of `points` (n x d), weighted where weights are given.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  score(points: Points | PointStream, options: WeightedOptions = {}): Promise<number> {
    const rules = { ...RUNTIME_RULES, sampleWeight: anObject } satisfies OptionRules;
    return this.#compute(
      'score',
      points,
      options,
      async (session) => {
        const { logDensities } = await session.run(densities, this.scorer, options.signal);
        checkDensities(logDensities);
        const weights = await checkWeights(options.sampleWeight, logDensities.length);
        return totalOf(logDensities, weights?.scaled) / logDensities.length;
      },
      rules,
    );
  }

  /**
   * Draws n rows.
   *
   * @param seed a whole number from 0 to 2^32 - 1; the same seed gives the same rows
   */
  sample(n: number, seed = 0): MixtureSample {
    const d = this.state.shift.length;
    const rules = {
      n: wholeNumber(1, Math.floor(MOST_DRAWN / d)),
      seed: wholeNumber(0, 2 ** 32 - 1),
    };
    checkOptions('sample', { n, seed }, rules);
    return drawn(this.scorer, this.weights.data, this.means.data, n, createRandom(seed));
  }

  async #compute<T>(
    method: string,
    points: Points | PointStream,
    options: MaybeOnDevice,
    work: (session: Session) => Promise<T>,
    optionRules: OptionRules = RUNTIME_RULES,
  ): Promise<T> {
    options = checkOptions(method, options, optionRules);
    options.signal?.throwIfAborted();
    const { shift, scale } = this.state;
    const rules = { columns: shift.length, shift };
    const checked = await checkSource('points', points, rules, options.signal);
    isKept(method, checked, options);
    const { runtime, signal } = options;
    // What the fit's columns were scaled for, these rows' are to be in range of, too.
    const extent = scale.reduce((most, factor) => Math.max(most, 1 / factor), 0);
    const load = { metric: 'euclidean', hold: inColumns, shift, extent, signal } as const;
    return withRows(runtime, checked, load, async (session) => {
      await session.run(scaleColumns, scale);
      return work(session);
    });
  }
}

/** Throws InvalidArgumentError where a row's log-density is none that float32 holds. */
function checkDensities(logDensities: Float32Array): void {
  const row = logDensities.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return;
  throw new InvalidArgumentError(
    'points',
    `points: row ${row} lies so far from every component that its log-density is below -3.4e38, float32's least number; ` +
      `leave out rows more than 1e18 deviations away.`,
  );
}

/** sum of w_i v_i in float64. */
export function totalOf(values: Float32Array, weights?: Float32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += (weights?.[i] ?? 1) * values[i];
  return total;
}

function precisionsOf(factors: Float64Array, type: CovarianceType, d: number): Float64Array {
  if (formOf(type) === 'diag') return factors.map((root) => root * root);
  const precisions = new Float64Array(factors.length);
  for (let c = 0; c < factors.length; c += d * d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let p = i; p < d; p++) sum += factors[c + i * d + p] * factors[c + j * d + p];
        precisions[c + i * d + j] = precisions[c + j * d + i] = sum;
      }
    }
  }
  return precisions;
}
