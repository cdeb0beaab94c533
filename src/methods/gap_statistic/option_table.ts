/** What people are told of the options of `gapStatistic`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import type { GapStatisticOptions } from './gap_statistic.js';
import { GAP_DEFAULTS, GAP_OPTION_RULES } from './options.js';

export const optionTable: OptionTable<GapStatisticOptions> = {
  method: 'gapStatistic',
  rules: GAP_OPTION_RULES,
  defaults: GAP_DEFAULTS,
  options: {
    kMax: {
      meaning: 'the most clusters to try',
      otherwise: '10, or as many as there are distinct rows but one',
      flag: '--k-max <number>',
    },
    references: { meaning: 'sets of random rows to compare with', flag: '--references <number>' },
    reference: {
      meaning: 'random rows fill the box of the columns or of the principal axes',
      flag: '--reference <box>',
    },
    rule: {
      meaning: 'how the number of clusters is chosen, as by `maxSE` in R',
      flag: '--rule <name>',
    },
    seFactor: { meaning: 'standard errors that count as nothing', flag: '--se-factor <number>' },
    power: {
      meaning: 'the power of distances within clusters',
      flag: '--power <number>',
    },
    cluster: {
      meaning: 'another method than K-means, as a function of `(points, k)`',
      otherwise: 'K-means',
    },
    nInit: {
      meaning: 'runs of K-means, of which the best is kept',
      flag: '--n-init <number>',
    },
    seed: COMMON.seed,
    onIteration: { meaning: 'called with `{ done, total, k, set, logW }` after each clustering' },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
