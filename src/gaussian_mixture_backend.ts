/**
 * What an engine must offer for Gaussian mixtures. The CPU twin (src/reference/) and the device
 * (src/device/) implement it; src/mixture_fit.ts drives either without knowing which.
 *
 * Means cross this interface *centred*: less `shift`, which was subtracted from every row before
 * it was rounded to float32. Everything else is in the caller's units.
 */
import type { CheckedMatrix, GpuMatrix } from './matrix.js';
import type { FitOptions, FitResult } from './mixture_fit.js';
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

/** Sums over the rows, each row's responsibilities r_nk times its weight. */
export interface Statistics {
  /** sum of r_nk, [k]. */
  readonly weights: Float64Array;
  /** sum of r_nk (x_n - c_k), k x d, for the centres c given. */
  readonly sums: Float64Array;
  /** sum of r_nk (x_n - c_k)(x_n - c_k)^T, k x d x d; for 'diag' its diagonals, k x d. */
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
  /**
   * A pivot of a covariance's Cholesky factorization counts as zero below this times the diagonal's
   * element: what rounding leaves of the sums.
   */
  readonly noise: number;
  /** The E-step, and the sums about `centres` (k x d, centred) that the M-step needs. */
  expect(scorer: Scorer, centres: Float64Array, signal?: AbortSignal): Promise<Expectation>;
  /** The sums about `centres` (k x d, centred) of responsibilities that are given. */
  accumulate(
    responsibilities: Responsibilities,
    centres: Float64Array,
    form: FactorForm,
    signal?: AbortSignal,
  ): Promise<Statistics>;
  /** log sum_k exp(score_k) of each row, [n], and the largest score's k (ties to the lowest). */
  score(
    scorer: Scorer,
    signal?: AbortSignal,
  ): Promise<{ readonly logDensities: Float32Array; readonly labels: Uint32Array }>;
  /**
   * A whole fit of a Gaussian mixture, where an engine does it better than step by step: it must
   * give what `fitMixture` gives.
   */
  fit?(
    start: MixtureParameters,
    rules: MixtureRules,
    options: FitOptions,
  ): Promise<FitResult<MixtureParameters>>;
  /** Responsibilities, n x k. */
  responsibilities(scorer: Scorer, signal?: AbortSignal): Promise<Float32Array>;
  dispose(): void;
}

export interface MixtureBackend {
  /** What runs the work, for people: the adapter's name, or 'cpu'. */
  readonly description: string;
  load(points: CheckedMatrix | GpuMatrix, options: MixtureLoadOptions): Promise<MixtureSession>;
}
