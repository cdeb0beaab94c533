/** What people are told of the options of `deepSubspaceClustering`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { NETWORK_OPTIONS, TRAINING_OPTIONS } from '../autoencoder/option_table.js';
import type { DeepSubspaceOptions } from './deep_subspace_clustering.js';
import { DEEP_SUBSPACE_DEFAULTS, DEEP_SUBSPACE_RULES } from './options.js';

const { image, convolutions, activation, standardize } = NETWORK_OPTIONS;
const { batchSize, learningRate, weightDecay, onEpoch } = TRAINING_OPTIONS;

export const optionTable: OptionTable<DeepSubspaceOptions> = {
  method: 'deepSubspaceClustering',
  rules: DEEP_SUBSPACE_RULES,
  defaults: DEEP_SUBSPACE_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters' },
    method: { meaning: 'whether coefficients are learnt with the network, or before it' },
    layers: {
      meaning: "widths of the encoder's dense layers, the last that of the codes",
      otherwise: "`[300, 150]`, of `'party'` `[300, 200, 150]`; with `image` of `'dscnet'` none",
    },
    image: { ...image, otherwise: 'dense layers alone' },
    convolutions: { ...convolutions, otherwise: "with `image` of `'dscnet'`: 3, 3 and 5 of 3 x 3" },
    activation: { ...activation, otherwise: "`'relu'`, of `'party'` `'tanh'`" },
    standardize,
    pretrainEpochs: {
      meaning: 'epochs of the autoencoder alone',
      otherwise: "1,000, of `'party'` 100",
    },
    epochs: { meaning: 'steps with all rows', otherwise: "700, of `'party'` 300" },
    batchSize: { ...batchSize, meaning: 'rows of a step before that, at most all' },
    learningRate,
    weightDecay: { ...weightDecay, otherwise: '0' },
    expressionWeight: {
      meaning: 'weight of |Z - C Z|^2 / 2',
      otherwise: "0.2, of `'party'` 10",
    },
    coefficientPenalty: { meaning: "of `'dscnet'`: weight of |C|^2", otherwise: '1e-3' },
    alpha: { meaning: "of `'party'`: as in `subspaceClustering`" },
    keep: {
      meaning:
        "of `'dscnet'`: share of each row's coefficients, the largest first, that affinities are made of",
    },
    dimension: { meaning: "of `'dscnet'`: that of each subspace" },
    power: { meaning: "of `'dscnet'`: of the affinities" },
    seed: COMMON.seed,
    onEpoch,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
