/** What people are told of the options of `transformLearning`. */
import { COMMON, type OptionEntry, type OptionTable } from '../../fit/option_table.js';
import { TRANSFORM_DEFAULTS, TRANSFORM_RULES } from './options.js';
import type { TransformLearningOptions } from './transform_learning.js';

/** Options of fits of transforms and dictionaries alike. */
export const FIT_OPTIONS = {
  penalty: {
    meaning: 'λ of λ(‖T‖² − log det T), which keeps T regular; 0 has the trivial solution T = 0',
    otherwise: '0.01 of the mean squared column',
    flag: '--penalty <number>',
    help: 'what keeps the transform regular',
  },
  maxIter: { meaning: 'iterations at most', flag: '--max-iter <number>' },
  tol: {
    meaning: 'ends the fit when the objective changes by no more than this share of itself',
    flag: '--tol <number>',
  },
  onIteration: { meaning: 'is told `{ iteration, maxIter, objective }`' },
} as const satisfies Readonly<Record<string, OptionEntry>>;

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
    penalty: FIT_OPTIONS.penalty,
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
    maxIter: FIT_OPTIONS.maxIter,
    tol: FIT_OPTIONS.tol,
    seed: COMMON.seed,
    onIteration: FIT_OPTIONS.onIteration,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
