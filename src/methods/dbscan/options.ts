/** What the options of `dbscan` must be, and what they are where they are absent. */
import { type OptionRules, positive, RUNTIME_RULES, wholeNumber } from '../../fit/options.js';

export const DBSCAN_RULES = {
  eps: positive,
  minSamples: wholeNumber(1),
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const DBSCAN_DEFAULTS = { eps: 0.5, minSamples: 5 } as const;
