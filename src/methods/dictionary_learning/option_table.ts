/** What people are told of the options of `dictionaryLearning`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { FIT_OPTIONS } from '../transform_learning/option_table.js';
import type { DictionaryLearningOptions } from './dictionary_learning.js';
import { DICTIONARY_DEFAULTS, DICTIONARY_RULES } from './options.js';

export const optionTable: OptionTable<DictionaryLearningOptions> = {
  method: 'dictionaryLearning',
  rules: DICTIONARY_RULES,
  defaults: DICTIONARY_DEFAULTS,
  options: {
    nAtoms: { meaning: 'rows of the dictionary D', otherwise: 'd', flag: '--n-atoms <number>' },
    alpha: { meaning: 'weight of the magnitudes of the codes', flag: '--alpha <number>' },
    positive: { meaning: 'codes are to be >= 0', flag: '--positive' },
    init: { meaning: 'D to start from, nAtoms x d', otherwise: 'rows of the points' },
    maxIter: FIT_OPTIONS.maxIter,
    tol: FIT_OPTIONS.tol,
    seed: COMMON.seed,
    onIteration: FIT_OPTIONS.onIteration,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
