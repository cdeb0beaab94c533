/**
 * `webgpu-clustering/compat/turf/sync`, for Node: the very calls of @turf/clusters-kmeans and @turf/clusters-dbscan 7.
 * The work is done in another thread, for which this one waits.
 */
import type {
  clustersDbscan as dbscan,
  clustersKmeans as kmeans,
  PointCollection,
} from '../turf.js';
import { callSync } from './thread.js';

export type { DbscanProps, KmeansProps, PointCollection, PointFeature } from '../turf.js';

const HOST = new URL(/* @vite-ignore */ '../sync-host.js', import.meta.url);

type Clustered<Call extends typeof kmeans | typeof dbscan> = Awaited<ReturnType<Call>>;

/** See `clustersKmeans` of compat/turf. */
export function clustersKmeans(
  points: PointCollection,
  options: NonNullable<Parameters<typeof kmeans>[1]> = {},
): Clustered<typeof kmeans> {
  return clustered('clustersKmeans', points, options.mutate, [options]) as Clustered<typeof kmeans>;
}

/** See `clustersDbscan` of compat/turf. */
export function clustersDbscan(
  points: PointCollection,
  maxDistance: number,
  options: NonNullable<Parameters<typeof dbscan>[2]> = {},
): Clustered<typeof dbscan> {
  const given = [maxDistance, options];
  return clustered('clustersDbscan', points, options.mutate, given) as Clustered<typeof dbscan>;
}

function clustered(
  name: string,
  points: PointCollection,
  mutate: boolean | undefined,
  others: readonly unknown[],
): PointCollection {
  const found = callSync(HOST, [name], [points, ...others]).value as PointCollection;
  if (mutate !== true) return found;
  for (const [i, feature] of points.features.entries()) {
    feature.properties = found.features[i].properties;
  }
  return points;
}
