/** Rules for the options of palettes, and what holds where they are absent. */
import { aSeed, oneOf, type OptionRules, RUNTIME_RULES, wholeNumber } from '../../fit/options.js';

export const APPLY_RULES = {
  space: oneOf('rgb', 'lab'),
  dither: oneOf('none', 'floydSteinberg', 'blueNoise'),
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const PALETTE_RULES = {
  colours: wholeNumber(1, 65_536),
  seed: aSeed,
  space: APPLY_RULES.space,
  nInit: wholeNumber(1),
  maxIter: wholeNumber(1),
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const QUANTIZE_RULES = { ...APPLY_RULES, ...PALETTE_RULES } as const satisfies OptionRules;

export const QUANTIZE_DEFAULTS = {
  seed: 0,
  space: 'rgb',
  dither: 'none',
  nInit: 2,
  maxIter: 100,
} as const;
