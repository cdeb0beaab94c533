/** What the options of `nearestNeighbours` must be, and what they are where they are absent. */
import {
  anObject,
  aSwitch,
  type OptionRules,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';

/** Neighbours of a row. */
export const K_RULE = wholeNumber(1);

export const NEIGHBOURS_RULES = {
  queries: { ...anObject, rule: 'rows as points are' },
  includeSelf: aSwitch,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const NEIGHBOURS_DEFAULTS = { includeSelf: false } as const;
