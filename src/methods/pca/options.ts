/** What the options of `pca` must be, and what they are where they are absent. */
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
