/** What people are told of the options of `scatteringTransform`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { SCATTERING_DEFAULTS, SCATTERING_RULES } from './options.js';
import type { ScatteringTransformOptions } from './scattering_transform.js';

export const optionTable: OptionTable<ScatteringTransformOptions> = {
  method: 'scatteringTransform',
  rules: SCATTERING_RULES,
  defaults: SCATTERING_DEFAULTS,
  options: {
    width: { meaning: 'pixels of a line of an image', otherwise: 'that of a square image' },
    height: { meaning: 'lines of an image', otherwise: 'numbers of a row / `width`' },
    scales: {
      meaning: 'J: results are smoothed over 2^J pixels; images must have as many a side',
    },
    orientations: { meaning: 'L: directions of wavelets of a scale' },
    maxOrder: { meaning: 'wavelets one after the other at most: 1 or 2' },
    normalize: { meaning: 'each channel of an image is divided by its largest magnitude' },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
