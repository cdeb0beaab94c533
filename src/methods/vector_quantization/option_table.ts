/** What people are told of the options of `vectorQuantizer`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { VQ_DEFAULTS, VQ_RULES } from './options.js';
import type { VectorQuantizerOptions } from './vector_quantization.js';

export const optionTable: OptionTable<VectorQuantizerOptions> = {
  method: 'vectorQuantizer',
  rules: VQ_RULES,
  defaults: VQ_DEFAULTS,
  options: {
    k: { meaning: 'entries of a codebook; this or `codeBits`', flag: '--k <number>' },
    codeBits: { meaning: 'bits of a code: k = 2^codeBits', flag: '--bits <number>' },
    subspaces: {
      meaning: 'parts of the columns with a codebook each (product quantization)',
      flag: '--subspaces <number>',
    },
    valueBits: { meaning: 'bits of a number in a codebook' },
    nInit: { meaning: 'runs of K-means for each codebook, of which the best counts' },
    maxIter: { meaning: 'iterations of a run at most' },
    seed: { ...COMMON.seed, flag: '--seed <number>' },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
    retries: COMMON.retries,
  },
};
