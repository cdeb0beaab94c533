/** What the options of `transformLearning` must be, and what they are where they are absent. */
import {
  aFunction,
  anObject,
  aSeed,
  nonNegative,
  type OptionRules,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';

export const TRANSFORM_RULES = {
  nAtoms: wholeNumber(1),
  penalty: nonNegative,
  nNonzero: wholeNumber(1),
  alpha: nonNegative,
  init: { ...anObject, rule: 'a matrix, nAtoms x d' },
  maxIter: wholeNumber(1),
  tol: nonNegative,
  seed: aSeed,
  onIteration: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const TRANSFORM_DEFAULTS = { maxIter: 50, tol: 1e-4, seed: 0 } as const;

/** What `penalty` is where it is absent: a share of the rows' mean squared column. */
export const PENALTY_SHARE = 0.01;
