/** What the options of textures, style and inversion must be, and what they are where they are absent. */
import {
  aFunction,
  anObject,
  aSeed,
  nonNegative,
  oneOf,
  type OptionRule,
  type OptionRules,
  positive,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { FeatureNetwork } from '../../networks/feature_network.js';

const aNetwork: OptionRule = {
  rule: 'a network of features: randomFilters(), readOnnx() or readTfjsModel()',
  holds: (value) => value instanceof FeatureNetwork,
};

const aName: OptionRule = {
  rule: 'the name of a layer',
  holds: (value) => typeof value === 'string' && value !== '',
};

const names: OptionRule = {
  rule: 'an array of names of layers, each once',
  holds: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(aName.holds) &&
    new Set(value).size === value.length,
};

const weights: OptionRule = {
  rule: 'an array of finite numbers >= 0, one a layer',
  holds: (value) => Array.isArray(value) && value.every(nonNegative.holds),
};

const OPTIMIZER_RULES = {
  optimizer: oneOf('lbfgs', 'adam'),
  maxIter: wholeNumber(1, 2 ** 20),
  tol: nonNegative,
  learningRate: positive,
  seed: aSeed,
  onIteration: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

const OPTIMIZER_DEFAULTS = {
  optimizer: 'lbfgs',
  tol: 1e-6,
  learningRate: 0.02,
  seed: 0,
} as const;

const side = wholeNumber(1, 8192);

export const FEATURE_MAPS_RULES = {
  network: aNetwork,
  layers: names,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const TEXTURE_LOSS_RULES = {
  network: aNetwork,
  layers: names,
  layerWeights: weights,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const SYNTHESIZE_RULES = {
  width: side,
  height: side,
  network: aNetwork,
  layers: names,
  layerWeights: weights,
  start: anObject,
  ...OPTIMIZER_RULES,
} as const satisfies OptionRules;

export const SYNTHESIZE_DEFAULTS = { ...OPTIMIZER_DEFAULTS, maxIter: 200 } as const;

export const TRANSFER_RULES = {
  network: aNetwork,
  styleLayers: names,
  contentLayers: names,
  styleWeight: nonNegative,
  contentWeight: nonNegative,
  smoothness: nonNegative,
  start: anObject,
  ...OPTIMIZER_RULES,
} as const satisfies OptionRules;

export const TRANSFER_DEFAULTS = {
  ...OPTIMIZER_DEFAULTS,
  maxIter: 200,
  styleWeight: 1,
  contentWeight: 0.1,
  smoothness: 0,
} as const;

export const INVERT_RULES = {
  network: aNetwork,
  layer: aName,
  lambda: nonNegative,
  beta: positive,
  start: anObject,
  ...OPTIMIZER_RULES,
} as const satisfies OptionRules;

export const INVERT_DEFAULTS = {
  ...OPTIMIZER_DEFAULTS,
  maxIter: 200,
  lambda: 0.01,
  beta: 2,
} as const;
