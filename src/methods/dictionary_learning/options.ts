/** What the options of `dictionaryLearning` must be, and what they are where they are absent. */
import {
  aFunction,
  anObject,
  aSeed,
  aSwitch,
  nonNegative,
  type OptionRules,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';

export const DICTIONARY_RULES = {
  nAtoms: wholeNumber(1),
  alpha: nonNegative,
  positive: aSwitch,
  init: { ...anObject, rule: 'a matrix, nAtoms x d' },
  maxIter: wholeNumber(1),
  tol: nonNegative,
  seed: aSeed,
  onIteration: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const DICTIONARY_DEFAULTS = {
  alpha: 1,
  positive: false,
  maxIter: 100,
  tol: 1e-5,
  seed: 0,
} as const;
