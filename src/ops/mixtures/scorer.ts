/** What the E-step is asked, and the sums that it answers with. */

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

/** What the scores of rows come to. */
export interface RowDensities {
  /** log sum_k exp(score_k) of each row, [n]. */
  readonly logDensities: Float32Array;
  /** The largest score's k of each row (ties to the lowest), [n]. */
  readonly labels: Uint32Array;
}

export interface RowResponsibilities extends Pick<RowDensities, 'logDensities'> {
  /** n x k */
  readonly data: Float32Array;
}

/** Responsibilities of rows [start, start + rows) without the rows' weights, [k][rows]. */
export type Responsibilities = (start: number, rows: number) => Float32Array;
