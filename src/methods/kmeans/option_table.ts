/** What people are told of the options of `kmeans`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import type { KMeansDeviceOptions, KMeansOptions } from './kmeans.js';
import { KMEANS_DEFAULTS, KMEANS_RULES } from './options.js';

export const optionTable: OptionTable<
  KMeansOptions & Partial<Pick<KMeansDeviceOptions, 'output' | 'usage'>>
> = {
  method: 'kmeans',
  rules: KMEANS_RULES,
  defaults: {
    ...KMEANS_DEFAULTS,
    init: 'k-means++',
    seed: 0,
    metric: 'euclidean',
    algorithm: 'auto',
    storage: 'float32',
  },
  options: {
    k: {
      meaning: 'number of clusters',
      flag: '-k, --k <number>',
      help: 'number of clusters, or suggest',
    },
    init: {
      meaning: "or `'k-means||'` (large k), `'random'`, or k x d starting centroids",
      flag: '--init <method>',
      help: 'starting centroids',
    },
    nInit: {
      meaning: 'runs from different seeds, side by side; the lowest inertia wins',
      otherwise: "1, for `'random'` 10",
      flag: '--n-init <number>',
      help: 'runs, of which the best is kept (default: 1; 10 with --init random)',
    },
    maxIter: { meaning: 'iterations at most in a run', flag: '--max-iter <number>' },
    tol: {
      meaning:
        "stop when the centroids' squared shift is below this share of the mean column variance",
      flag: '--tol <number>',
      help: 'stop below this relative shift of the centroids',
    },
    seed: COMMON.seed,
    sampleWeight: COMMON.sampleWeight,
    metric: {
      meaning: "or `'cosine'`: spherical k-means",
      flag: '--metric <name>',
      help: 'distance',
    },
    algorithm: {
      meaning:
        "`'lloyd'`: all distances; `'bounded'`: those the triangle inequality leaves; same bits",
      flag: '--algorithm <name>',
      help: 'lloyd takes all distances, bounded those that the triangle inequality leaves; same result',
    },
    storage: {
      meaning: "or `'float16'`: rows take half the memory on the device, rounded to 11 bits",
      flag: '--storage <type>',
      help: 'how the device holds the rows: float16 in half the memory',
    },
    onIteration: {
      meaning:
        'called with `{ restart, restarts, iteration, maxIter, inertia }`, from before the move',
    },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
    retries: COMMON.retries,
    output: {
      meaning:
        "`'gpu'`: labels and centroids stay on the device, in buffers of yours; needs a `runtime`",
    },
    usage: { meaning: "for `output: 'gpu'`: GPUBufferUsage flags to add, such as VERTEX" },
  },
};
