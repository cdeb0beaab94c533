/** The options of `pca`: what they must be, and what they are where they are absent. */
import type { RuntimeChoice } from '../../fit/backend.js';
import {
  aFunction,
  aSeed,
  aSwitch,
  either,
  FIT_RULES,
  nonNegative,
  oneOf,
  type OptionRules,
  wholeNumber,
} from '../../fit/options.js';

export const PCA_SOLVERS = ['covariance', 'randomized', 'deflation', 'incremental'] as const;

/** The ways to fit; see `pca`. */
export type PcaSolver = (typeof PCA_SOLVERS)[number];

/** What `onIteration` is told: after each iteration, or after each batch of rows. */
export interface PcaProgress {
  /** From 1; solver 'deflation' counts anew for each component. */
  readonly iteration: number;
  /** Components found before the one under way (solver 'deflation'), else 0. */
  readonly component: number;
  /** The share of the variance that the components so far explain. */
  readonly explained: number;
}

export interface PcaOptions {
  /**
   * How many components to keep: a number from 1 to min(n, d), a fraction of the variance between 0
   * and 1 that they must exceed (solvers 'covariance' and 'deflation'), or 'all'. Default 'all'.
   */
  readonly nComponents?: number | 'all';
  /** Scale the scores to variance 1. Default false. */
  readonly whiten?: boolean;
  /**
   * - 'covariance': the covariance matrix on the device, its eigenvectors on the host in float64. Where
   *   the smallest variance kept is below a thousandth of the first, the rows are looked at once more
   *   along all directions found, as sums of float32 would leave little of it. Of more than 192
   *   columns and at most half as many rows, the rows' own span instead of the matrix.
   * - 'randomized': subspace iteration from random directions (Halko et al. 2011), for columns in the
   *   thousands and few components.
   * - 'deflation': the direction of the largest variance, then that orthogonal to it, and so on, each
   *   by conjugate gradients. Those of less than a millionth of the first's variance are not told apart,
   *   and below 1e-8 of it the variances themselves are inexact; a warning says so.
   * - 'incremental': batch by batch (Ross et al. 2008), for rows that do not fit in memory.
   *
   * Default: 'incremental' for batches; 'randomized' for more than 2,048 columns where nComponents is
   * a number; else 'covariance'.
   */
  readonly solver?: PcaSolver;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  /** 'randomized': directions beyond nComponents to work with. Default 10. */
  readonly nOversamples?: number;
  /** 'randomized': products with X^T X before the last one. Default 7 for less than min(n, d) / 10 components, else 4. */
  readonly iteratedPower?: number;
  /** 'deflation': a direction is found when |C w - v w| <= tol v. Default 1e-6. */
  readonly tol?: number;
  /** 'deflation': iterations at most for one direction. Default 1,000. */
  readonly maxIter?: number;
  /** 'incremental': rows in a batch, where `points` is one matrix. Default 5 d. */
  readonly batchSize?: number;
  readonly onIteration?: (progress: PcaProgress) => void;
  /** Cancels the fit: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
  /**
   * How often the fit goes on on a fresh device after one was lost, for the same bits; nothing is told twice.
   * Default 1 on the shared device, 0 with a runtime of your own, which another like it then replaces; a
   * device that you lent is yours to replace.
   */
  readonly retries?: number;
}

export const PCA_RULES = {
  nComponents: either(
    wholeNumber(1),
    either(
      {
        rule: 'a fraction between 0 and 1',
        holds: (value) => typeof value === 'number' && value > 0 && value < 1,
      },
      oneOf('all'),
    ),
  ),
  whiten: aSwitch,
  solver: oneOf(...PCA_SOLVERS),
  seed: aSeed,
  nOversamples: wholeNumber(0),
  iteratedPower: wholeNumber(0),
  tol: nonNegative,
  maxIter: wholeNumber(1),
  batchSize: wholeNumber(1),
  onIteration: aFunction,
  ...FIT_RULES,
} as const satisfies OptionRules;

export const PCA_DEFAULTS = {
  nComponents: 'all',
  whiten: false,
  seed: 0,
  nOversamples: 10,
  tol: 1e-6,
  maxIter: 1000,
} as const;
