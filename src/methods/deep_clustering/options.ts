/** What the options of `deepClustering` must be, and what they are where they are absent. */
import {
  anObject,
  aSwitch,
  FIT_RULES,
  nonNegative,
  oneOf,
  type OptionRule,
  type OptionRules,
  positive,
  wholeNumber,
} from '../../fit/options.js';
import {
  NETWORK_DEFAULTS,
  NETWORK_RULES,
  TRAINING_DEFAULTS,
  TRAINING_RULES,
} from '../autoencoder/options.js';

export const METHODS = ['ae+kmeans', 'dec', 'idec', 'dcec', 'dcn', 'dkm', 'dekm'] as const;

export type DeepMethod = (typeof METHODS)[number];

const anAutoencoder: OptionRule = {
  rule: 'an AutoencoderModel',
  // By what it has: the command line reads these rules without the class.
  holds: (value) =>
    anObject.holds(value) && 'encode' in (value as object) && 'state' in (value as object),
};

export const DEEP_RULES = {
  k: wholeNumber(1),
  method: oneOf(...METHODS),
  ...NETWORK_RULES,
  pretrainEpochs: wholeNumber(1),
  clusteringEpochs: wholeNumber(1),
  autoencoder: anAutoencoder,
  updateInterval: wholeNumber(1),
  changeTol: nonNegative,
  clusteringLearningRate: positive,
  clusteringWeight: positive,
  sharpness: positive,
  annealed: aSwitch,
  nInit: wholeNumber(1),
  ...TRAINING_RULES,
  ...FIT_RULES,
} as const satisfies OptionRules;

export const DEEP_DEFAULTS = {
  method: 'idec',
  ...NETWORK_DEFAULTS,
  pretrainEpochs: 100,
  clusteringEpochs: 150,
  changeTol: 1e-3,
  annealed: false,
  nInit: 20,
  ...TRAINING_DEFAULTS,
} as const;
