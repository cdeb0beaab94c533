/** What the options of `deepDictionaryClustering` must be, and what they are where they are absent. */
import {
  aFunction,
  aSeed,
  aSwitch,
  nonNegative,
  oneOf,
  type OptionRule,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { EXPRESSIONS } from '../transformed_subspace_clustering/self_expression.js';

/** What the last codes are drawn to: the means of their clusters, or sums of one another. */
export const DRAWS = ['kmeans', 'subspace'] as const;
export type Draw = (typeof DRAWS)[number];

const someAtoms: OptionRule = {
  rule: 'a list of 1 to 4 whole numbers >= 1',
  holds: (value) =>
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= 4 &&
    value.every((atoms) => Number.isSafeInteger(atoms) && (atoms as number) >= 1),
};

export const DEEP_RULES = {
  k: wholeNumber(1),
  layers: someAtoms,
  clustering: oneOf(...DRAWS),
  mu: positive,
  lambda: positive,
  nonNegative: aSwitch,
  expression: oneOf(...EXPRESSIONS),
  nInit: wholeNumber(1),
  maxIter: wholeNumber(1),
  tol: nonNegative,
  seed: aSeed,
  onIteration: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const DEEP_DEFAULTS = {
  clustering: 'kmeans',
  mu: 0.1,
  lambda: 1,
  nonNegative: true,
  expression: 'llmc',
  nInit: 10,
  maxIter: 15,
  tol: 1e-4,
  seed: 0,
} as const;
