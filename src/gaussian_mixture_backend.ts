/**
 * What an engine must offer for Gaussian mixtures. The CPU twin (src/reference/) and the device
 * (src/device/) implement it; src/mixture_fit.ts drives either without knowing which.
 *
 * Means cross this interface *centred*: less `shift`, which was subtracted from every row before
 * it was rounded to float32. Everything else is in the caller's units.
 */
import type { CheckedMatrix, GpuMatrix } from './matrix.js';
import type { FitOptions, PartialFit } from './mixture_fit.js';
import type { MixtureParameters, MixtureRules } from './reference/mixture_step.js';

/** 'fixed' holds every covariance at eps I: soft K-means. */
export type CovarianceType = 'full' | 'tied' | 'diag' | 'spherical' | 'fixed';

/** What the factors of a scorer are: one matrix each, one for all, or a diagonal each. */
export type FactorForm = 'full' | 'tied' | 'diag';

/**
 * k scores of a row x: offset_k - |U_k^T (x - m_k)|^2 / 2. With U U^T the precision and the offset
 * log w_k + log det U_k - d/2 log 2 pi, it is the logarithm of w_k N(x; m_k, precision).
 */
export interface Scorer {
  readonly k: number;
  readonly form: FactorForm;
  /** [k] */
  readonly offsets: Float64Array;
  /** k x d, centred. */
  readonly means: Float64Array;
  /** Upper triangular U: full k x d x d, tied d x d; diag k x d. */
  readonly factors: Float64Array;
}

/** What sums are about, and the coordinates they are taken in. */
export interface Frame {
  /** c, k x d, centred. */
  readonly centres: Float64Array;
  /**
   * U, as a scorer of the form 'full' or 'tied' has it, for sums of y = U^T (x - c): where U whitens a
   * component, they keep the digits of its narrowest directions. Sums of y = x - c when absent.
   */
  readonly factors?: Float64Array;
}

/** Sums over the rows, each row's responsibilities r_nk times its weight. */
export interface Statistics {
  /** What y_nk is: the frame asked for as the engine holds it, or without factors where it needs none. */
  readonly frame: Frame;
  /** What rounding may leave of a sum that is zero, relative to its terms: 0 of sums in float64. */
  readonly noise: number;
  /** sum of r_nk, [k]. */
  readonly weights: Float64Array;
  /** sum of r_nk y_nk, k x d. */
  readonly sums: Float64Array;
  /** sum of r_nk y_nk y_nk^T, k x d x d; for 'diag' its diagonals, k x d. */
  readonly products: Float64Array;
}

/** What a row's scores come to, summed over the rows with their weights. */
export interface Expectation extends Statistics {
  /** sum of log sum_k exp(score_k). */
  readonly logLikelihood: number;
  /** sum of - sum_k r_nk log r_nk. */
  readonly entropy: number;
}

/** Responsibilities of rows [start, start + rows) without the rows' weights, [k][rows]. */
export type Responsibilities = (start: number, rows: number) => Float32Array;

export interface MixtureLoadOptions {
  /** What to subtract from every row, [d]; the column means when absent. */
  readonly shift?: Float64Array;
  /** Powers of two that columns are multiplied by, [d]: an engine's own choice when absent. */
  readonly scale?: Float64Array;
  /** What will be added to columns' variances: no smaller deviation counts when they are scaled. */
  readonly leastVariance?: number;
  /** One weight >= 0 a row, mean 1; all 1 when absent. */
  readonly weights?: Float32Array;
  /** Once aborted, whatever waits for the engine rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Data loaded on one engine. Every method may be called any number of times until `dispose`. */
export interface MixtureSession {
  readonly shape: readonly [rows: number, columns: number];
  /** What was subtracted from every row, [d]. */
  readonly shift: Float64Array;
  /** What columns were multiplied by, [d]: to be passed to `load` for the same arithmetic. */
  readonly scale: Float64Array;
  /** The E-step, and the sums in `frame` that the M-step needs. */
  expect(scorer: Scorer, frame: Frame, signal?: AbortSignal): Promise<Expectation>;
  /** The sums in `frame` of responsibilities that are given. */
  accumulate(
    responsibilities: Responsibilities,
    frame: Frame,
    form: FactorForm,
    signal?: AbortSignal,
  ): Promise<Statistics>;
  /** log sum_k exp(score_k) of each row, [n], and the largest score's k (ties to the lowest). */
  score(
    scorer: Scorer,
    signal?: AbortSignal,
  ): Promise<{ readonly logDensities: Float32Array; readonly labels: Uint32Array }>;
  /**
   * A fit of a Gaussian mixture, where an engine does it better than step by step: it must give what
   * `fitMixture` gives, which goes on where the result is unfinished.
   */
  fit?(
    start: MixtureParameters,
    rules: MixtureRules,
    options: FitOptions,
  ): Promise<PartialFit<MixtureParameters>>;
  /** Responsibilities, n x k, and what `score` says of each row. */
  responsibilities(
    scorer: Scorer,
    signal?: AbortSignal,
  ): Promise<{ readonly data: Float32Array; readonly logDensities: Float32Array }>;
  dispose(): void;
}

export interface MixtureBackend {
  /** What runs the work, for people: the adapter's name, or 'cpu'. */
  readonly description: string;
  load(points: CheckedMatrix | GpuMatrix, options: MixtureLoadOptions): Promise<MixtureSession>;
}
