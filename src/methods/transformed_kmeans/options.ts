/** What the options of `transformedKMeans` must be, and what they are where they are absent. */
import {
  aFunction,
  aSeed,
  nonNegative,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';

export const TRANSFORMED_RULES = {
  k: wholeNumber(1),
  penalty: nonNegative,
  mu: positive,
  nInit: wholeNumber(1),
  maxIter: wholeNumber(1),
  tol: nonNegative,
  seed: aSeed,
  onIteration: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const TRANSFORMED_DEFAULTS = { mu: 1, nInit: 10, maxIter: 50, tol: 1e-6, seed: 0 } as const;
