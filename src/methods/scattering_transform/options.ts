/** What the options of `scatteringTransform` must be, and what they are where they are absent. */
import { aSwitch, type OptionRules, RUNTIME_RULES, wholeNumber } from '../../fit/options.js';

export const SCATTERING_RULES = {
  width: wholeNumber(1),
  height: wholeNumber(1),
  scales: wholeNumber(1, 10),
  orientations: wholeNumber(1, 64),
  maxOrder: wholeNumber(1, 2),
  normalize: aSwitch,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const SCATTERING_DEFAULTS = {
  scales: 3,
  orientations: 8,
  maxOrder: 2,
  normalize: false,
} as const;
