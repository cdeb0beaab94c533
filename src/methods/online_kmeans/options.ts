/** What the options of `onlineKMeans` must be, and what they are where they are absent. */
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
import { INIT_RULE } from '../kmeans/options.js';
import { RATE_RULE } from './online_rate.js';

/** How a model learns from rows. */
export const LEARNING_RULES = {
  eta: RATE_RULE,
  initialCounts: {
    rule: 'a finite number >= 0, or k of them',
    holds: (value: unknown) => nonNegative.holds(value) || anObject.holds(value),
  },
  batchSize: wholeNumber(1),
} as const satisfies OptionRules;

export const ONLINE_KMEANS_RULES = {
  k: wholeNumber(1),
  init: INIT_RULE,
  passes: wholeNumber(1),
  shuffle: aSwitch,
  seed: aSeed,
  sampleWeight: anObject,
  onIteration: aFunction,
  ...LEARNING_RULES,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const ONLINE_KMEANS_DEFAULTS = {
  init: 'k-means++',
  eta: '1/count',
  initialCounts: 0,
  passes: 1,
  shuffle: false,
  batchSize: 1,
  seed: 0,
} as const;
