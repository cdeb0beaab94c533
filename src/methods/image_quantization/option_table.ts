/** What people are told of the options of `quantizeImage`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import type { QuantizeImageOptions } from './image_quantization.js';
import { QUANTIZE_DEFAULTS, QUANTIZE_RULES } from './options.js';

export const optionTable: OptionTable<QuantizeImageOptions> = {
  method: 'quantizeImage',
  rules: QUANTIZE_RULES,
  defaults: QUANTIZE_DEFAULTS,
  options: {
    colours: { meaning: 'colours at most', flag: '--colours <number>' },
    space: {
      meaning: "where colours are compared: `'lab'` is nearer to what eyes see",
      flag: '--space <name>',
    },
    dither: {
      meaning:
        "how colours that the palette lacks are mixed: `'none'`, of the least error, by passing errors on or by a pattern",
      flag: '--dither <name>',
    },
    nInit: { meaning: 'runs of K-means, of which the one of the least error wins' },
    maxIter: { meaning: 'iterations of a run at most' },
    seed: { ...COMMON.seed, flag: '--seed <number>' },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
