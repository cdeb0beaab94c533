/** What the options of mixtures must be, and what they are where they are absent. */
import {
  aFunction,
  anObject,
  aSeed,
  either,
  FIT_RULES,
  nonNegative,
  oneOf,
  type OptionRule,
  type OptionRules,
  wholeNumber,
} from '../../fit/options.js';

/** What float32 holds of variances. */
const variance: OptionRule = {
  rule: 'a finite number >= 0, up to 1e38',
  holds: (value) => nonNegative.holds(value) && (value as number) <= 1e38,
};

/** Rules of the options that every kind of mixture has. */
export const MIXTURE_RULES = {
  k: wholeNumber(1),
  tol: nonNegative,
  regCovar: variance,
  maxIter: wholeNumber(1),
  nInit: wholeNumber(1),
  sampleWeight: anObject,
  seed: aSeed,
  onIteration: aFunction,
  ...FIT_RULES,
} as const satisfies OptionRules;

/** Where mixtures start, but for given numbers. */
export const MIXTURE_INITS = oneOf('kmeans', 'k-means++', 'random', 'random_from_data');

/** All but those of `warmStart`, which is a model. */
export const GAUSSIAN_RULES = {
  ...MIXTURE_RULES,
  covarianceType: oneOf('full', 'tied', 'diag', 'spherical', 'fixed'),
  init: either(MIXTURE_INITS, { ...anObject, rule: '{ weights, means, precisions }' }),
  fixedVariance: {
    rule: 'a number above 0, up to 1e38',
    holds: (value: unknown) => variance.holds(value) && (value as number) > 0,
  },
} as const satisfies OptionRules;

export const MIXTURE_DEFAULTS = { tol: 1e-3, regCovar: 1e-6, maxIter: 100, nInit: 1 } as const;
