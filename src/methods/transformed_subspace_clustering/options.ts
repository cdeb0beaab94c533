/** What the options of `transformedSubspaceClustering` must be, and what they are where they are absent. */
import {
  aFunction,
  aSeed,
  aSwitch,
  nonNegative,
  oneOf,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { EXPRESSIONS } from './self_expression.js';

export const SUBSPACE_TRANSFORM_RULES = {
  k: wholeNumber(1),
  layers: wholeNumber(1, 4),
  expression: oneOf(...EXPRESSIONS),
  penalty: positive,
  gamma: positive,
  lambda: positive,
  normalize: aSwitch,
  nInit: wholeNumber(1),
  maxIter: wholeNumber(1),
  tol: nonNegative,
  seed: aSeed,
  onIteration: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const SUBSPACE_TRANSFORM_DEFAULTS = {
  layers: 1,
  expression: 'llmc',
  gamma: 1,
  normalize: true,
  nInit: 20,
  maxIter: 10,
  tol: 1e-4,
  seed: 0,
} as const;
