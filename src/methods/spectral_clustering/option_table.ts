/** What people are told of the options of `spectralClustering`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { SPECTRAL_DEFAULTS, SPECTRAL_RULES } from './options.js';
import type { SpectralClusteringOptions } from './spectral_clustering.js';

export const optionTable: OptionTable<SpectralClusteringOptions> = {
  method: 'spectralClustering',
  rules: SPECTRAL_RULES,
  defaults: SPECTRAL_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters, and of eigenvectors', flag: '-k, --k <number>' },
    affinity: {
      meaning:
        "or `'nearestNeighbours'` (sparse: for many rows), or `'precomputed'`: an n x n matrix, dense or `{ indptr, indices, data, shape }`, in place of points",
      flag: '--affinity <kind>',
      help: 'of all pairs of rows, of the nearest ones (for many rows), or the file holds them',
    },
    gamma: {
      meaning: "`'rbf'`: affinities are exp(-gamma d²)",
      flag: '--gamma <number>',
      help: 'rbf: affinities are exp(-gamma d^2)',
    },
    nNeighbours: {
      meaning: "`'nearestNeighbours'`: of each row, itself among them",
      flag: '--n-neighbours <number>',
    },
    laplacian: {
      meaning:
        "scikit-learn's; `'ngJordanWeiss'`: rows of length 1; `'shiMalik'`: with the affinities' diagonal",
      flag: '--laplacian <name>',
      help: 'how eigenvectors become an embedding',
    },
    regularization: {
      meaning: 'of the mean degree, added to every degree: for sparse graphs, 0.25 to 1',
      flag: '--regularization <number>',
    },
    assignLabels: {
      meaning: "or `'clusterQr'` (no start, no chance), `'discretize'`",
      flag: '--assign-labels <name>',
      help: 'how the embedding becomes labels',
    },
    nInit: {
      meaning: "`'kmeans'`: runs from different seeds",
      otherwise: "10; 20 but for `'normalized'`",
      flag: '--n-init <number>',
    },
    seed: COMMON.seed,
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
