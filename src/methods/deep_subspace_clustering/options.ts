/** What the options of `deepSubspaceClustering` must be, and what they are where they are absent. */
import {
  aFunction,
  aSeed,
  nonNegative,
  oneOf,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import type { Activation } from '../../ops/algebra/activation.js';
import { NETWORK_RULES } from '../autoencoder/options.js';
import { SUBSPACE_RULES } from '../subspace_clustering/options.js';

export const DEEP_SUBSPACE_METHODS = ['dscnet', 'party'] as const;
export type DeepSubspaceMethod = (typeof DEEP_SUBSPACE_METHODS)[number];

export const DEEP_SUBSPACE_RULES = {
  k: wholeNumber(1),
  method: oneOf(...DEEP_SUBSPACE_METHODS),
  layers: NETWORK_RULES.layers,
  image: NETWORK_RULES.image,
  convolutions: NETWORK_RULES.convolutions,
  activation: NETWORK_RULES.activation,
  standardize: NETWORK_RULES.standardize,
  pretrainEpochs: wholeNumber(0),
  epochs: wholeNumber(1),
  batchSize: wholeNumber(1),
  learningRate: positive,
  weightDecay: nonNegative,
  expressionWeight: positive,
  coefficientPenalty: nonNegative,
  alpha: positive,
  keep: SUBSPACE_RULES.keep,
  dimension: wholeNumber(1),
  power: positive,
  seed: aSeed,
  onEpoch: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const DEEP_SUBSPACE_DEFAULTS = {
  method: 'dscnet',
  standardize: 'all',
  learningRate: 1e-3,
  alpha: 20,
  keep: 0.2,
  dimension: 3,
  power: 1,
  seed: 0,
} as const;

interface MethodPlan {
  readonly activation: Activation;
  readonly pretrainEpochs: number;
  readonly epochs: number;
  readonly weightDecay: number;
  readonly expressionWeight: number;
  readonly coefficientPenalty: number;
  readonly layers: readonly number[];
}

/** What else holds where it is absent, by method. */
export const DEEP_SUBSPACE_PLANS: Readonly<Record<DeepSubspaceMethod, MethodPlan>> = {
  // Ji et al. 2017, for ORL; the penalty in units in which the mean square of the rows is 1.
  dscnet: {
    ...{ activation: 'relu', pretrainEpochs: 1000, epochs: 700, weightDecay: 0 },
    ...{ expressionWeight: 0.2, coefficientPenalty: 1e-3, layers: [300, 150] },
  },
  // Peng et al. 2016
  party: {
    ...{ activation: 'tanh', pretrainEpochs: 100, epochs: 300, weightDecay: 0 },
    ...{ expressionWeight: 10, coefficientPenalty: 0, layers: [300, 200, 150] },
  },
};

/** DSC-Net's filters for ORL: 3, 3 and 5 of 3 x 3, every second pixel. */
export const DSC_FILTERS = [3, 3, 5].map((filters) => ({ filters, kernel: 3 }));
