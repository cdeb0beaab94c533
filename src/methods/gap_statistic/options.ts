/** What the options of `gapStatistic` must be, and what they are where they are absent. */
import {
  aFunction,
  aSeed,
  oneOf,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { MAX_SE_RULES } from './max_se.js';

/** Where reference sets come from: the box of the columns, or that of the principal axes. */
export const REFERENCES = ['uniform', 'pca'] as const;
export type GapReference = (typeof REFERENCES)[number];

export const GAP_OPTION_RULES = {
  kMax: wholeNumber(1),
  references: wholeNumber(1),
  reference: oneOf(...REFERENCES),
  ...MAX_SE_RULES,
  power: positive,
  cluster: aFunction,
  nInit: wholeNumber(1),
  seed: aSeed,
  onIteration: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const GAP_DEFAULTS = {
  references: 50,
  reference: 'uniform',
  rule: 'firstSEmax',
  seFactor: 1,
  power: 2,
  nInit: 10,
  seed: 0,
} as const;
