/** What people are told of the options of `deepClustering`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { NETWORK_OPTIONS, TRAINING_OPTIONS } from '../autoencoder/option_table.js';
import type { DeepClusteringOptions } from './deep_clustering.js';
import { DEEP_DEFAULTS, DEEP_RULES } from './options.js';

export const optionTable: OptionTable<DeepClusteringOptions> = {
  method: 'deepClustering',
  rules: DEEP_RULES,
  defaults: DEEP_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters', flag: '-k, --k <number>' },
    method: { meaning: 'what autoencoder and clusters are trained for', flag: '--method <name>' },
    ...NETWORK_OPTIONS,
    pretrainEpochs: {
      meaning: 'epochs of the autoencoder alone',
      flag: '--pretrain-epochs <number>',
    },
    clusteringEpochs: {
      meaning: 'epochs of autoencoder and clusters together, at most',
      flag: '--clustering-epochs <number>',
    },
    autoencoder: {
      meaning: 'an `AutoencoderModel` of such rows to begin with',
      otherwise: 'one that is trained first',
    },
    updateInterval: {
      meaning: "of `'dec'`, `'idec'`, `'dcec'`, `'dekm'`: steps between two looks at all labels",
      otherwise: "those of an epoch, of `'dcec'` 140",
      flag: '--update-interval <number>',
    },
    changeTol: {
      meaning: 'of the same: the share of labels that may still change when the fit ends',
      flag: '--change-tol <number>',
    },
    clusteringLearningRate: {
      meaning: 'the rate of training with the clusters',
      otherwise: '1e-3',
      flag: '--clustering-learning-rate <number>',
    },
    clusteringWeight: {
      meaning: "the weight of the clusters' part of the loss",
      otherwise: "1 of `'dec'` and `'dekm'`, else 0.1",
      flag: '--clustering-weight <number>',
    },
    sharpness: {
      meaning:
        "degrees of freedom of `'dec'`, `'idec'` and `'dcec'`, inverse temperature of `'dkm'`",
      otherwise: "1, of `'dkm'` 1,000",
      flag: '--sharpness <number>',
    },
    annealed: {
      meaning: "of `'dkm'`: its sharpness grows from 0.1 on",
      flag: '--annealed',
    },
    nInit: {
      meaning: 'runs of the K-means that finds the first clusters',
      flag: '--n-init <number>',
    },
    ...TRAINING_OPTIONS,
    reconstruction: {
      meaning: 'whether the squared distance of a row is divided by its columns',
      otherwise: "`'sum'` of `'dcn'` and `'dkm'`, else `'mean'`",
      flag: '--reconstruction <kind>',
    },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
    retries: COMMON.retries,
  },
};
