/** Rules for the options of vector quantization, and what holds where they are absent. */
import { aSeed, FIT_RULES, type OptionRules, wholeNumber } from '../../fit/options.js';

export const VQ_RULES = {
  k: wholeNumber(1, 65_536),
  codeBits: wholeNumber(0, 16),
  subspaces: wholeNumber(1),
  valueBits: {
    rule: '32 (float32) or 8 (whole numbers from 0 to 255)',
    holds: (value: unknown) => value === 32 || value === 8,
  },
  seed: aSeed,
  nInit: wholeNumber(1),
  maxIter: wholeNumber(1),
  ...FIT_RULES,
} as const satisfies OptionRules;

export const IMAGE_VQ_RULES = {
  block: wholeNumber(1, 256),
  ...VQ_RULES,
} as const satisfies OptionRules;

export const VQ_DEFAULTS = {
  subspaces: 1,
  valueBits: 32,
  seed: 0,
  nInit: 1,
  maxIter: 100,
} as const;
