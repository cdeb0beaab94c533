/** What the options of `miniBatchKMeans` must be, and what they are where they are absent. */
import {
  aFunction,
  anObject,
  aSeed,
  FIT_RULES,
  nonNegative,
  oneOf,
  type OptionRules,
  wholeNumber,
} from '../../fit/options.js';
import { INIT_RULE } from '../kmeans/options.js';

/** How a model learns from batches. */
export const ONLINE_RULES = {
  metric: oneOf('euclidean', 'cosine'),
  reassignmentRatio: {
    rule: 'a number from 0 to 1',
    holds: (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1,
  },
  seed: aSeed,
} as const satisfies OptionRules;

export const MINI_BATCH_RULES = {
  k: wholeNumber(1),
  init: INIT_RULE,
  nInit: wholeNumber(1),
  initSize: wholeNumber(1),
  batchSize: wholeNumber(1),
  maxIter: wholeNumber(1),
  tol: nonNegative,
  maxNoImprovement: wholeNumber(0),
  sampleWeight: anObject,
  onIteration: aFunction,
  ...ONLINE_RULES,
  ...FIT_RULES,
} as const satisfies OptionRules;

export const MINI_BATCH_DEFAULTS = {
  init: 'k-means++',
  batchSize: 1024,
  maxIter: 100,
  tol: 0,
  maxNoImprovement: 10,
  metric: 'euclidean',
  reassignmentRatio: 0.01,
  seed: 0,
} as const;
