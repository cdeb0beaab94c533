/** What people are told of the options of textures, style and inversion. */
import { COMMON, type OptionEntry, type OptionTable } from '../../fit/option_table.js';
import type { InvertFeaturesOptions } from './invert_features.js';
import {
  INVERT_DEFAULTS,
  INVERT_RULES,
  SYNTHESIZE_DEFAULTS,
  SYNTHESIZE_RULES,
  TRANSFER_DEFAULTS,
  TRANSFER_RULES,
} from './options.js';
import type { PaintOptions } from './paint.js';
import type { SynthesizeTextureOptions } from './synthesize_texture.js';
import type { TransferStyleOptions } from './transfer_style.js';

const START = 'a picture to begin with, of the sides of what is made';

const PAINTING: { readonly [Name in keyof Required<PaintOptions>]: OptionEntry } = {
  optimizer: {
    meaning: "`'adam'` stays on the device; `'lbfgs'` takes fewer steps",
    flag: '--optimizer <name>',
  },
  maxIter: { meaning: 'iterations at most', flag: '--max-iter <number>' },
  tol: { meaning: "of `'lbfgs'`: it ends where the loss falls by less than this share" },
  learningRate: {
    meaning: "of `'adam'`: how far a step goes, where black is 0 and white 1",
  },
  seed: { meaning: 'of the noise to begin with', flag: '--seed <number>' },
  onIteration: {
    meaning: 'called with `{ iteration, maxIter, loss, picture }`; what it throws ends the work',
  },
  signal: COMMON.signal,
  runtime: COMMON.runtime,
};

const synthesis: OptionTable<SynthesizeTextureOptions> = {
  method: 'synthesizeTexture',
  rules: SYNTHESIZE_RULES,
  defaults: SYNTHESIZE_DEFAULTS,
  options: {
    width: { meaning: 'of what is made', otherwise: "the example's", flag: '--width <number>' },
    height: { meaning: 'of what is made', otherwise: "the example's", flag: '--height <number>' },
    network: {
      meaning: 'whose features are compared',
      otherwise: '`randomFilters()`',
      flag: '--network <file>',
    },
    layers: {
      meaning: 'whose Gram matrices count',
      otherwise: "the network's `styleLayers`",
      flag: '--layers <names>',
    },
    layerWeights: { meaning: 'how much each of them counts', otherwise: 'all 1' },
    start: { meaning: START, otherwise: 'noise' },
    ...PAINTING,
  },
};

const transfer: OptionTable<TransferStyleOptions> = {
  method: 'transferStyle',
  rules: TRANSFER_RULES,
  defaults: TRANSFER_DEFAULTS,
  options: {
    network: synthesis.options.network,
    styleLayers: {
      meaning: 'whose Gram matrices are the style',
      otherwise: "the network's `styleLayers`",
      flag: '--style-layers <names>',
    },
    contentLayers: {
      meaning: 'whose features are the content',
      otherwise: 'the last but one of `styleLayers`',
      flag: '--content-layers <names>',
    },
    styleWeight: { meaning: 'how much the style counts', flag: '--style-weight <number>' },
    contentWeight: { meaning: 'how much the content counts', flag: '--content-weight <number>' },
    smoothness: {
      meaning: 'how much the total variation counts, over the number of values',
      flag: '--smoothness <number>',
    },
    start: { meaning: START, otherwise: 'the content' },
    ...PAINTING,
  },
};

const inversion: OptionTable<InvertFeaturesOptions> = {
  method: 'invertFeatures',
  rules: INVERT_RULES,
  defaults: INVERT_DEFAULTS,
  options: {
    network: { meaning: 'whose features they are', flag: '--network <file>' },
    layer: { meaning: 'whose features are given back', flag: '--layer <name>' },
    lambda: {
      meaning: 'how much the total variation counts, over the number of values',
      flag: '--lambda <number>',
    },
    beta: {
      meaning: 'the exponent of the length of a step from pixel to pixel',
      flag: '--beta <number>',
    },
    start: { meaning: START, otherwise: 'noise' },
    ...PAINTING,
  },
};

export const optionTables = [synthesis, transfer, inversion];
