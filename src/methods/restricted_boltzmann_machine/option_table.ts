/** What people are told of the options of `restrictedBoltzmannMachine`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { BOLTZMANN_DEFAULTS, BOLTZMANN_RULES } from './options.js';
import type { BoltzmannOptions } from './restricted_boltzmann_machine.js';

export const optionTable: OptionTable<BoltzmannOptions> = {
  method: 'restrictedBoltzmannMachine',
  rules: BOLTZMANN_RULES,
  defaults: BOLTZMANN_DEFAULTS,
  options: {
    components: { meaning: 'hidden units, the features', flag: '--components <number>' },
    epochs: { meaning: 'rounds through the rows', flag: '--epochs <number>' },
    rate: { meaning: 'how far a step goes', flag: '--rate <number>' },
    steps: {
      meaning: "Gibbs steps from the data to what the machine makes of them: CD-k's k",
      flag: '--steps <number>',
    },
    persistent: {
      meaning: 'the chains go on from step to step, instead of from the data',
      flag: '--persistent',
    },
    batchSize: {
      meaning: 'rows of a step, at most all',
      otherwise: '10, or all rows where there are fewer',
      flag: '--batch-size <number>',
    },
    seed: COMMON.seed,
    onEpoch: {
      meaning: 'called after each epoch with `{ epoch, epochs, loss }`',
      otherwise: 'none',
    },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
