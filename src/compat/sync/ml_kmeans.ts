/**
 * `webgpu-clustering/compat/ml-kmeans/sync`, for Node: ml-kmeans 7's very calls. The work is done in another thread,
 * for which this one waits.
 */
import { KMeansResult, type Options, squaredEuclidean } from '../ml_kmeans.js';
import { callSync, releaseSync } from './thread.js';

export type { InitializationMethod, Options } from '../ml_kmeans.js';
export { KMeansResult };

const HOST = new URL(/* @vite-ignore */ '../sync-host.js', import.meta.url);

/** See `kmeans` of compat/ml-kmeans. */
export function kmeans(data: number[][], K: number, options: Options = {}): KMeansResult {
  const { value, objects } = callSync(HOST, ['kmeans'], [data, K, options]);
  releaseSync(HOST, objects);
  return rebuilt(value, options);
}

/** See `kmeansGenerator` of compat/ml-kmeans. */
export function* kmeansGenerator(
  data: number[][],
  K: number,
  options: Options = {},
): Generator<KMeansResult, void, undefined> {
  const { objects: generator } = callSync(HOST, ['kmeansGenerator'], [data, K, options]);
  // One array for all results, as the peer has it.
  const clusters: number[] = [];
  try {
    for (;;) {
      const { value, objects } = callSync(HOST, ['next'], [], generator[0]);
      const { done, value: result } = value as { done: boolean; value: unknown };
      releaseSync(HOST, objects);
      if (done) return;
      yield rebuilt(result, options, clusters);
    }
  } finally {
    callSync(HOST, ['return'], [], generator[0]);
    releaseSync(HOST, generator);
  }
}

function rebuilt(found: unknown, options: Options, clusters: number[] = []): KMeansResult {
  const result = found as KMeansResult;
  for (const [i, label] of result.clusters.entries()) clusters[i] = label;
  return new KMeansResult(
    clusters,
    result.centroids,
    result.converged,
    result.iterations,
    options.distanceFunction ?? squaredEuclidean,
  );
}
