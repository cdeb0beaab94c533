/** What the options of `hdbscan` must be, and what they are where they are absent. */
import { oneOf, type OptionRules, RUNTIME_RULES, wholeNumber } from '../../fit/options.js';

export const HDBSCAN_RULES = {
  minClusterSize: wholeNumber(2),
  minSamples: wholeNumber(1),
  clusterSelectionMethod: oneOf('eom', 'leaf'),
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const HDBSCAN_DEFAULTS = { minClusterSize: 5, clusterSelectionMethod: 'eom' } as const;
