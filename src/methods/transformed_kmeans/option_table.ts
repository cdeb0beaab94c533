/** What people are told of the options of `transformedKMeans`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { FIT_OPTIONS } from '../transform_learning/option_table.js';
import { TRANSFORMED_DEFAULTS, TRANSFORMED_RULES } from './options.js';
import type { TransformedKMeansOptions } from './transformed_kmeans.js';

export const optionTable: OptionTable<TransformedKMeansOptions> = {
  method: 'transformedKMeans',
  rules: TRANSFORMED_RULES,
  defaults: TRANSFORMED_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters', flag: '-k, --k <number>' },
    penalty: FIT_OPTIONS.penalty,
    mu: { meaning: 'weight of the distances within clusters', flag: '--mu <number>' },
    nInit: {
      meaning: 'runs of the K-means that finds the clusters to start from',
      flag: '--n-init <number>',
    },
    maxIter: FIT_OPTIONS.maxIter,
    tol: FIT_OPTIONS.tol,
    seed: COMMON.seed,
    onIteration: FIT_OPTIONS.onIteration,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
