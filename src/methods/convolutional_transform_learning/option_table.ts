/** What people are told of the options of `convolutionalTransformLearning`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { NETWORK_OPTIONS, TRAINING_OPTIONS } from '../autoencoder/option_table.js';
import type { ConvolutionalTransformOptions } from './convolutional_transform_learning.js';
import { CONVOLUTIONAL_DEFAULTS, CONVOLUTIONAL_RULES } from './options.js';

const { image, activation, standardize } = NETWORK_OPTIONS;
const { batchSize, learningRate, onEpoch } = TRAINING_OPTIONS;

export const optionTable: OptionTable<ConvolutionalTransformOptions> = {
  method: 'convolutionalTransformLearning',
  rules: CONVOLUTIONAL_RULES,
  defaults: CONVOLUTIONAL_DEFAULTS,
  options: {
    image: {
      ...image,
      meaning: '`{ width, height, channels }` of rows that are images, pixel after pixel',
      otherwise: 'rows are signals, of one channel',
    },
    convolutions: {
      meaning: "`{ filters, kernel, stride: 1, padding: 'same', pool: 1 }` of each layer",
      otherwise: '4 filters of 5 x 5 and 8 of 3 x 3; of signals 4 of 5 and 8 of 3',
    },
    activation: { ...activation, meaning: 'what layers but the last do to their sums' },
    standardize,
    k: { meaning: 'number of clusters to find', otherwise: 'none are looked for' },
    clustering: {
      meaning:
        "`'kmeans'`: features are drawn to their clusters' means while filters are learnt; `'subspace'`: they are clustered afterwards, by `subspaceClustering` with `'lsr'`",
    },
    clusteringWeight: { meaning: 'how hard they are drawn' },
    penalty: { meaning: 'weight of -sum log s, which keeps filters apart' },
    shrinkage: { meaning: 'weight of |T|^2' },
    epochs: { meaning: 'rounds through the rows' },
    batchSize,
    learningRate,
    nInit: { meaning: 'runs of K-means' },
    seed: COMMON.seed,
    onEpoch,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
