/** What the options of `autoencoder` must be, and what they are where they are absent. */
import {
  aFunction,
  aSeed,
  aSwitch,
  either,
  FIT_RULES,
  nonNegative,
  oneOf,
  type OptionRule,
  type OptionRules,
  positive,
  wholeNumber,
} from '../../fit/options.js';
import { aCheckpoint } from '../../networks/training_checkpoint.js';
import { ACTIVATIONS } from '../../ops/algebra/activation.js';

const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1;

/** Widths of layers. */
const widths: OptionRule = {
  rule: 'a list of whole numbers >= 1',
  holds: (value) => Array.isArray(value) && value.every(isSize),
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const sides: OptionRule = {
  rule: '{ width, height, channels } of whole numbers >= 1',
  holds: (value) =>
    isRecord(value) &&
    isSize(value.width) &&
    isSize(value.height) &&
    (value.channels === undefined || isSize(value.channels)),
};

const filterLayers: OptionRule = {
  rule: "a list, not empty, of { filters, kernel, stride, padding: 'same' or 'valid' }, with a kernel of one or two sides",
  holds: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (one: unknown) =>
        isRecord(one) &&
        isSize(one.filters) &&
        (isSize(one.kernel) ||
          (Array.isArray(one.kernel) && one.kernel.length === 2 && one.kernel.every(isSize))) &&
        (one.stride === undefined || isSize(one.stride)) &&
        (one.padding === undefined || one.padding === 'same' || one.padding === 'valid'),
    ),
};

const between = (least: number, most: number): OptionRule => ({
  rule: `a number from ${least} to less than ${most}`,
  holds: (value) =>
    Number.isFinite(value) && (value as number) >= least && (value as number) < most,
});

/** What makes a network, and is its own whatever it is trained for. */
export const NETWORK_RULES = {
  layers: widths,
  embeddingSize: wholeNumber(1),
  activation: oneOf(...ACTIVATIONS),
  outputActivation: oneOf(...ACTIVATIONS),
  tied: aSwitch,
  image: sides,
  convolutions: filterLayers,
  standardize: oneOf('all', 'none'),
} as const satisfies OptionRules;

/** How it is trained. */
export const TRAINING_RULES = {
  batchSize: wholeNumber(1),
  learningRate: positive,
  schedule: either(oneOf('constant', 'cosine', 'step'), aFunction),
  optimizer: oneOf('adam', 'adamw', 'sgd'),
  momentum: between(0, 1),
  nesterov: aSwitch,
  weightDecay: nonNegative,
  clipNorm: positive,
  noise: nonNegative,
  noiseKind: oneOf('masking', 'gaussian'),
  reconstruction: oneOf('mean', 'sum'),
  layerwise: wholeNumber(0),
  patience: wholeNumber(1),
  tol: nonNegative,
  seed: aSeed,
  onEpoch: aFunction,
  onCheckpoint: aFunction,
  resume: aCheckpoint,
} as const satisfies OptionRules;

export const AUTOENCODER_RULES = {
  ...NETWORK_RULES,
  epochs: wholeNumber(1),
  ...TRAINING_RULES,
  ...FIT_RULES,
} as const satisfies OptionRules;

export const NETWORK_DEFAULTS = {
  embeddingSize: 10,
  activation: 'relu',
  outputActivation: 'linear',
  tied: false,
  standardize: 'all',
} as const;

export const TRAINING_DEFAULTS = {
  learningRate: 1e-3,
  schedule: 'constant',
  optimizer: 'adam',
  momentum: 0.9,
  nesterov: false,
  weightDecay: 0,
  noise: 0,
  noiseKind: 'masking',
  layerwise: 0,
  tol: 1e-3,
  seed: 0,
} as const;

export const AUTOENCODER_DEFAULTS = {
  ...NETWORK_DEFAULTS,
  epochs: 100,
  ...TRAINING_DEFAULTS,
  reconstruction: 'mean',
} as const;
