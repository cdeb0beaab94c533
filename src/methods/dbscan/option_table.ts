/** What people are told of the options of `dbscan`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import type { DbscanOptions } from './dbscan.js';
import { DBSCAN_DEFAULTS, DBSCAN_RULES } from './options.js';

export const optionTable: OptionTable<DbscanOptions> = {
  method: 'dbscan',
  rules: DBSCAN_RULES,
  defaults: DBSCAN_DEFAULTS,
  options: {
    eps: { meaning: 'how far apart neighbours are at most', flag: '--eps <number>' },
    minSamples: {
      meaning: 'neighbours that a core row has at least, itself among them',
      flag: '--min-samples <number>',
    },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
