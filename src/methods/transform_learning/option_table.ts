/** What people are told of the options of `transformLearning`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { TRANSFORM_DEFAULTS, TRANSFORM_RULES } from './options.js';
import type { TransformLearningOptions } from './transform_learning.js';

export const optionTable: OptionTable<TransformLearningOptions> = {
  method: 'transformLearning',
  rules: TRANSFORM_RULES,
  defaults: TRANSFORM_DEFAULTS,
  options: {
    nAtoms: {
      meaning: 'rows of the transform T, d at least; reduce wider rows by PCA first',
      otherwise: 'd',
      flag: '--n-atoms <number>',
    },
    penalty: {
      meaning: 'λ of λ(‖T‖² − log det T), which keeps T regular; 0 has the trivial solution T = 0',
      otherwise: '0.01 of the mean squared column',
      flag: '--penalty <number>',
      help: 'what keeps the transform regular',
    },
    nNonzero: {
      meaning: 'numbers other than 0 in each row of Z',
      otherwise: 'a tenth of `nAtoms`',
      flag: '--n-nonzero <number>',
    },
    alpha: {
      meaning: 'in the place of `nNonzero` the weight of the sum of magnitudes of Z',
      flag: '--alpha <number>',
    },
    init: { meaning: 'T to start from, nAtoms x d', otherwise: 'random, orthogonal' },
    maxIter: { meaning: 'iterations at most', flag: '--max-iter <number>' },
    tol: {
      meaning: 'the share of itself by which the objective must fall in an iteration to go on',
      flag: '--tol <number>',
    },
    seed: COMMON.seed,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
