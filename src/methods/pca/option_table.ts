/** What people are told of the options of `pca`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { PCA_DEFAULTS, PCA_RULES, type PcaOptions } from './options.js';

export const optionTable: OptionTable<PcaOptions> = {
  method: 'pca',
  rules: PCA_RULES,
  defaults: PCA_DEFAULTS,
  options: {
    nComponents: {
      meaning: 'how many to keep: a number, a share of the variance such as 0.9, or all',
      flag: '-c, --components <number>',
      help: 'how many to keep: a number, a share of the variance such as 0.9 or 90%, or all',
    },
    whiten: { meaning: 'scale the scores to variance 1', flag: '--whiten' },
    solver: {
      meaning:
        "`'covariance'`: eigenvectors of the covariance matrix; `'randomized'`: a few components of thousands of columns; `'deflation'`: one component after another; `'incremental'`: batch by batch",
      otherwise:
        "`'covariance'`; `'randomized'` for more than 2,048 columns and a number of components; `'incremental'` for batches",
      flag: '--solver <name>',
      help: 'default: covariance; randomized for more than 2,048 columns',
    },
    seed: COMMON.seed,
    nOversamples: {
      meaning: "`'randomized'`: directions beyond the components to work with",
      flag: '--n-oversamples <number>',
    },
    iteratedPower: {
      meaning: "`'randomized'`: how often directions are refined before the last time",
      otherwise: '7 for less than min(n, d) / 10 components, else 4',
      flag: '--iterated-power <number>',
    },
    tol: {
      meaning: "`'deflation'`: how exact a direction must be",
      flag: '--tol <number>',
    },
    maxIter: {
      meaning: "`'deflation'`: iterations at most for one direction",
      flag: '--max-iter <number>',
    },
    batchSize: {
      meaning: "`'incremental'`: rows in a batch, where they come as one matrix",
      otherwise: '5 times the columns',
      flag: '--batch-size <number>',
      help: 'incremental: rows in a batch',
    },
    onIteration: {
      meaning: 'called with `{ iteration, component, explained }` after each iteration or batch',
    },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
    retries: COMMON.retries,
  },
};
