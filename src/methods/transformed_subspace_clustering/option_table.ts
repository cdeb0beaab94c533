/** What people are told of the options of `transformedSubspaceClustering`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { FIT_OPTIONS } from '../transform_learning/option_table.js';
import { SUBSPACE_TRANSFORM_DEFAULTS, SUBSPACE_TRANSFORM_RULES } from './options.js';
import type { TransformedSubspaceClusteringOptions } from './transformed_subspace_clustering.js';

export const optionTable: OptionTable<TransformedSubspaceClusteringOptions> = {
  method: 'transformedSubspaceClustering',
  rules: SUBSPACE_TRANSFORM_RULES,
  defaults: SUBSPACE_TRANSFORM_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters', flag: '-k, --k <number>' },
    layers: {
      meaning: 'transforms one after the other, with numbers not below 0 between them',
      flag: '--layers <number>',
    },
    expression: {
      meaning:
        "each z as a sum of all others with small coefficients, or of few (`'ssc'`), or by a matrix of low rank (`'lowRank'`)",
      flag: '--expression <kind>',
      help: 'how each row is a sum of the others: of all, of few, or by a matrix of low rank',
    },
    penalty: FIT_OPTIONS.penalty,
    gamma: { meaning: 'weight of the self-expression', flag: '--gamma <number>' },
    lambda: {
      meaning: 'weight of the coefficients',
      otherwise: "by the rows: a tenth of their mean square length; `'ssc'`: as `subspaceClustering`",
      flag: '--lambda <number>',
    },
    normalize: { meaning: 'rows are scaled to length 1 first' },
    nInit: { meaning: 'runs of K-means of the spectral clustering', flag: '--n-init <number>' },
    maxIter: FIT_OPTIONS.maxIter,
    tol: FIT_OPTIONS.tol,
    seed: COMMON.seed,
    onIteration: FIT_OPTIONS.onIteration,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
