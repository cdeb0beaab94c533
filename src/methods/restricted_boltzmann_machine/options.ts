/** What the options of `restrictedBoltzmannMachine` must be, and what they are where they are absent. */
import {
  aFunction,
  aSeed,
  aSwitch,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';

export const BOLTZMANN_RULES = {
  components: wholeNumber(1),
  epochs: wholeNumber(1),
  rate: positive,
  steps: wholeNumber(1),
  persistent: aSwitch,
  batchSize: wholeNumber(1),
  seed: aSeed,
  onEpoch: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const BOLTZMANN_DEFAULTS = {
  components: 256,
  epochs: 10,
  rate: 0.1,
  steps: 1,
  persistent: false,
  seed: 0,
} as const;

/** Of `sample`. */
export const SAMPLE_RULES = {
  steps: wholeNumber(1),
  seed: aSeed,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;
