/** What people are told of the options of `onlineKMeans`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import type { OnlineKMeansOptions } from './online_kmeans.js';
import { ONLINE_KMEANS_DEFAULTS, ONLINE_KMEANS_RULES } from './options.js';

export const optionTable: OptionTable<OnlineKMeansOptions> = {
  method: 'onlineKMeans',
  rules: ONLINE_KMEANS_RULES,
  defaults: ONLINE_KMEANS_DEFAULTS,
  options: {
    k: { meaning: 'number of clusters' },
    init: { meaning: 'starting centroids, as for `kmeans`' },
    eta: {
      meaning:
        'centroids are running means; or a number in (0, 1]; or a schedule that never grows, of `t`, the number of rows before: 0 for the first',
    },
    initialCounts: {
      meaning: "for `'1/count'`: rows that each start stands for, one number or `k`",
    },
    passes: { meaning: 'over the rows' },
    shuffle: { meaning: 'takes each pass in a random order, by `seed`' },
    batchSize: {
      meaning:
        'exact; more compares so many rows with the centroids as they were before, then moves these row by row',
    },
    sampleWeight: {
      meaning: 'a row of weight w moves its centroid as w copies of it would',
      otherwise: 'all 1',
    },
    seed: COMMON.seed,
    onIteration: { meaning: 'called with `{ pass, passes, step, cost }` after each block of rows' },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
