/** What people are told of the options of `subspaceClustering`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { SUBSPACE_DEFAULTS, SUBSPACE_RULES } from './options.js';
import type { SubspaceClusteringOptions } from './subspace_clustering.js';

export const optionTable: OptionTable<SubspaceClusteringOptions> = {
  method: 'subspaceClustering',
  rules: SUBSPACE_RULES,
  defaults: SUBSPACE_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters', flag: '-k, --k <number>' },
    method: {
      meaning:
        "a row by few others; `'omp'`: greedily (sparse: for many rows); `'elasticNet'`: by few alike (sparse); `'lsr'`: by all; `'lrsc'`: of low rank",
      flag: '--method <name>',
      help: 'how rows are expressed by one another; omp and elasticNet for many rows',
    },
    nNonzero: {
      meaning: "`'omp'`, `'elasticNet'`: coefficients of a row at most",
      otherwise: '10; 50',
      flag: '--n-nonzero <number>',
    },
    alpha: {
      meaning:
        "`'ssc'`, `'elasticNet'`: weight of the fit, in multiples of that at which no coefficient is left",
      otherwise: '20; 50',
      flag: '--alpha <number>',
    },
    lambda: {
      meaning: "weight of the penalty: `'lsr'`, `'lrsc'`; else in place of `alpha`",
      otherwise: "0.01 for `'lsr'` and `'lrsc'`",
      flag: '--lambda <number>',
    },
    l1Ratio: {
      meaning: "`'elasticNet'`: the share of |c| in the penalty; the rest is |c|²",
      flag: '--l1-ratio <number>',
    },
    zeroDiagonal: { meaning: "`'lsr'`: no row takes part in its own sum" },
    affine: {
      meaning: "`'ssc'`: coefficients add up to 1, for subspaces off the origin",
      flag: '--affine',
    },
    outliers: {
      meaning: "`'ssc'`: single entries of rows may be wrong",
      flag: '--outliers',
    },
    normalize: {
      meaning: 'rows are scaled to length 1 first',
      otherwise: '`true`; with `outliers` `false`',
    },
    solver: { meaning: "`'ssc'`: or `'fista'`, which finds the same", flag: '--solver <name>' },
    iteration: {
      meaning: "or `'matlab'`: the steps of the authors' code, whose fixed point is another",
      flag: '--iteration <name>',
    },
    maxIter: {
      meaning: "`'ssc'`: iterations at most",
      otherwise: "200, then active sets; 500 with `affine` or `outliers`; `'matlab'`: 200, 150",
      flag: '--max-iter <number>',
    },
    tol: {
      meaning: "`'ssc'` ends where no coefficient moves by more",
      otherwise: '2e-4; 1e-5 with `affine` or `outliers`',
      flag: '--tol <number>',
    },
    keep: {
      meaning:
        "the share of a row's magnitudes that its largest coefficients, which are kept, have",
      flag: '--keep <share>',
    },
    nLargest: {
      meaning: 'coefficients of a row that are kept',
      otherwise: 'all',
      flag: '--n-largest <number>',
    },
    rowScale: {
      meaning: 'what these are divided by',
      otherwise:
        "`'largest'`; `'omp'`, `'elasticNet'`: `'length'`; `'lrsc'`, `outliers`, `'dscNet'`: `'none'`",
      flag: '--row-scale <name>',
    },
    affinity: {
      meaning:
        "|C| + |C|'; `'nearestNeighbours'`: of the rows of C by cosine, sparse; `'dscNet'`: cosines of the rows of a factor of low rank, as DSC-Net's code has them",
      flag: '--affinity <kind>',
      help: 'how coefficients become affinities',
    },
    nNeighbours: {
      meaning: "`'nearestNeighbours'`: of a row of C",
      flag: '--n-neighbours <number>',
    },
    dimension: { meaning: "`'dscNet'`: of each subspace", flag: '--dimension <number>' },
    power: { meaning: "`'dscNet'`: of the cosines", flag: '--power <number>' },
    laplacian: { meaning: 'as in `spectralClustering`', flag: '--laplacian <name>' },
    regularization: {
      meaning: 'as in `spectralClustering`',
      otherwise: "0; of `'omp'` 0.4",
      flag: '--regularization <number>',
    },
    assignLabels: { meaning: 'as in `spectralClustering`', flag: '--assign-labels <name>' },
    nInit: {
      meaning: 'as in `spectralClustering`',
      otherwise: '20',
      flag: '--n-init <number>',
    },
    seed: COMMON.seed,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
