/** What people are told of the options of `hdbscan`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import type { HdbscanOptions } from './hdbscan.js';
import { HDBSCAN_DEFAULTS, HDBSCAN_RULES } from './options.js';

export const optionTable: OptionTable<HdbscanOptions> = {
  method: 'hdbscan',
  rules: HDBSCAN_RULES,
  defaults: HDBSCAN_DEFAULTS,
  options: {
    minClusterSize: {
      meaning: 'rows that a cluster has at least',
      flag: '--min-cluster-size <number>',
    },
    minSamples: {
      meaning: 'a row reaches as far as so many rows, itself among them: more call more rows noise',
      otherwise: '`minClusterSize`',
      flag: '--min-samples <number>',
    },
    clusterSelectionMethod: {
      meaning:
        "the clusters that last longest as the distance falls (excess of mass); or `'leaf'`: the smallest",
      flag: '--cluster-selection-method <name>',
    },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
