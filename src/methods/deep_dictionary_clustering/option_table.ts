/** What people are told of the options of `deepDictionaryClustering`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { FIT_OPTIONS } from '../transform_learning/option_table.js';
import type { DeepDictionaryClusteringOptions } from './deep_dictionary_clustering.js';
import { DEEP_DEFAULTS, DEEP_RULES } from './options.js';

export const optionTable: OptionTable<DeepDictionaryClusteringOptions> = {
  method: 'deepDictionaryClustering',
  rules: DEEP_RULES,
  defaults: DEEP_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters', flag: '-k, --k <number>' },
    layers: { meaning: 'atoms of each of 1 to 4 dictionaries', otherwise: 'one of min(d, 2 k)' },
    clustering: {
      meaning: "the last codes are drawn to their clusters' means, or (`'subspace'`) to sums of one another",
      flag: '--clustering <kind>',
      help: "codes are drawn to their clusters' means, or to sums of one another",
    },
    mu: { meaning: 'weight of that', flag: '--mu <number>' },
    lambda: { meaning: 'weight of the misfit of layers after the first', flag: '--lambda <number>' },
    nonNegative: { meaning: 'codes are not below 0, as after a ReLU' },
    expression: {
      meaning: "`'subspace'`: as in `transformedSubspaceClustering`",
      flag: '--expression <kind>',
      help: 'subspace: how each row is a sum of the others',
    },
    nInit: { meaning: 'runs of K-means, at the start or of the graph', flag: '--n-init <number>' },
    maxIter: FIT_OPTIONS.maxIter,
    tol: FIT_OPTIONS.tol,
    seed: COMMON.seed,
    onIteration: FIT_OPTIONS.onIteration,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
