/** What the options of `kmeans` must be, and what they are where they are absent. */
import { OUTPUT_RULES } from '../../fit/device_output.js';
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

/** Where centroids start. */
export const INIT_RULE: OptionRule = either(oneOf('k-means++', 'k-means||', 'random'), {
  ...anObject,
  rule: 'k x d starting centroids',
});

export const KMEANS_RULES = {
  k: wholeNumber(1),
  init: INIT_RULE,
  nInit: wholeNumber(1),
  maxIter: wholeNumber(1),
  tol: nonNegative,
  seed: aSeed,
  sampleWeight: anObject,
  metric: oneOf('euclidean', 'cosine'),
  algorithm: oneOf('auto', 'lloyd', 'bounded'),
  storage: oneOf('float32', 'float16'),
  onIteration: aFunction,
  ...FIT_RULES,
  output: OUTPUT_RULES.output,
  usage: OUTPUT_RULES.usage,
} as const satisfies OptionRules;

export const KMEANS_DEFAULTS = { maxIter: 300, tol: 1e-4 } as const;
