/** What the options of `convolutionalTransformLearning` must be, and what they are where they are absent. */
import {
  aFunction,
  aSeed,
  nonNegative,
  oneOf,
  type OptionRule,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { NETWORK_RULES } from '../autoencoder/options.js';

const positiveSize = wholeNumber(1);
const { convolutions } = NETWORK_RULES;

/** As those of an autoencoder, each perhaps with a `pool`. */
const pooled: OptionRule = {
  rule: `${convolutions.rule}, and pool a whole number >= 1 where it is there`,
  holds: (value) =>
    convolutions.holds(value) &&
    (value as readonly { readonly pool?: unknown }[]).every(
      ({ pool }) => pool === undefined || positiveSize.holds(pool),
    ),
};

export const CONVOLUTIONAL_RULES = {
  image: NETWORK_RULES.image,
  convolutions: pooled,
  activation: NETWORK_RULES.activation,
  standardize: NETWORK_RULES.standardize,
  k: positiveSize,
  clustering: oneOf('kmeans', 'subspace'),
  clusteringWeight: nonNegative,
  penalty: positive,
  shrinkage: positive,
  epochs: positiveSize,
  batchSize: positiveSize,
  learningRate: positive,
  nInit: positiveSize,
  seed: aSeed,
  onEpoch: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const CONVOLUTIONAL_DEFAULTS = {
  activation: 'selu',
  standardize: 'all',
  clustering: 'kmeans',
  clusteringWeight: 0.1,
  penalty: 0.01,
  shrinkage: 1e-4,
  epochs: 40,
  learningRate: 1e-3,
  nInit: 20,
  seed: 0,
} as const;

/** Of images, and of signals (pooja290992/DeConFCluster). */
export const FILTERS = {
  image: [
    { filters: 4, kernel: 5 },
    { filters: 8, kernel: 3 },
  ],
  signal: [
    { filters: 4, kernel: [1, 5] as const },
    { filters: 8, kernel: [1, 3] as const },
  ],
};
