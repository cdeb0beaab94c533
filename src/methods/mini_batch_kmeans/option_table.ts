/** What people are told of the options of `miniBatchKMeans`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import type { MiniBatchKMeansOptions } from './mini_batch_kmeans.js';
import { MINI_BATCH_DEFAULTS, MINI_BATCH_RULES } from './options.js';

export const optionTable: OptionTable<MiniBatchKMeansOptions> = {
  method: 'miniBatchKMeans',
  rules: MINI_BATCH_RULES,
  defaults: MINI_BATCH_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters' },
    init: { meaning: 'starting centroids, as for `kmeans`; chosen among `initSize` rows' },
    nInit: {
      meaning: 'starts that are tried on those rows; the lowest inertia wins',
      otherwise: "1, for `'random'` 3",
    },
    initSize: {
      meaning: 'rows to start from: random ones, of a stream the first',
      otherwise: '3 `batchSize`, at least 3 k',
    },
    batchSize: { meaning: 'rows in a batch' },
    maxIter: { meaning: 'batches at most, in times the number of rows; passes over a stream' },
    tol: {
      meaning:
        'stop when a batch moves the centroids by less: their squared shift as a share of the mean column variance; 0: never',
    },
    maxNoImprovement: {
      meaning: 'stop after so many batches without a lower smoothed cost; 0: never',
    },
    reassignmentRatio: {
      meaning:
        'centroids of less than this times the weight of the heaviest are now and then put on random rows; 0: never',
    },
    metric: { meaning: "or `'cosine'`: spherical k-means" },
    seed: COMMON.seed,
    sampleWeight: COMMON.sampleWeight,
    onIteration: { meaning: 'called with `{ step, steps, cost }` after each batch' },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
    retries: COMMON.retries,
  },
};
