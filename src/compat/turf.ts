/**
 * `webgpu-clustering/compat/turf`: the calls of @turf/clusters-kmeans and @turf/clusters-dbscan 7, whose results are
 * promises. Same points: equal properties.
 */
import { show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';
import { withRadiusSearch } from '../fit/radius_search.js';
import { clusterByDensity } from '../methods/dbscan/cluster_by_density.js';
import { givenRows } from '../rows/exact_rows.js';
import type { Where } from './rows.js';
import skmeans from './skmeans.js';

export type { Where } from './rows.js';

/** As in GeoJSON. */
export interface PointFeature {
  type: 'Feature';
  geometry: { type: 'Point'; coordinates: number[] };
  properties: Record<string, unknown> | null;
}

export interface PointCollection<Feature extends PointFeature = PointFeature> {
  type: 'FeatureCollection';
  features: Feature[];
}

/** What a clustering adds to the properties of each point. */
export interface KmeansProps {
  cluster?: number;
  centroid?: number[];
}

export interface DbscanProps {
  dbscan?: 'core' | 'edge' | 'noise';
  cluster?: number;
}

type With<Props> = PointCollection<PointFeature & { properties: Props & Record<string, unknown> }>;

/**
 * K-means of points by their degrees, from the first `numberOfClusters` points.
 *
 * @param options `numberOfClusters`: default round(sqrt(n / 2)), n at most; `mutate`: whether the properties of
 *   `points` themselves are set, default false
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on what are no points, which the peer answers with NaN
 */
export async function clustersKmeans(
  points: PointCollection,
  options: { numberOfClusters?: number; mutate?: boolean } = {},
  where: Where = {},
): Promise<With<KmeansProps>> {
  const data = coordinatesOf(points);
  const n = data.length;
  const wanted = options.numberOfClusters;
  const k = Math.min(n, wanted ? wanted : Math.round(Math.sqrt(n / 2)));
  const { idxs, centroids } = await skmeans(data, k, data.slice(0, k), null, null, where);
  const result = options.mutate === true ? points : cloned(points);
  for (const [i, feature] of result.features.entries()) {
    feature.properties ??= {};
    feature.properties.cluster = idxs[i];
    feature.properties.centroid = centroids[idxs[i]];
  }
  return result as With<KmeansProps>;
}

const EARTH = 6371008.8;
/** Of a unit, how many the earth's radius is. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ centimeters: EARTH * 100, centimetres: EARTH * 100, cm: EARTH * 100 },
  ...{ degrees: 360 / (2 * Math.PI), deg: 360 / (2 * Math.PI), feet: EARTH * 3.28084 },
  ...{ ft: EARTH * 3.28084, inches: EARTH * 39.37, in: EARTH * 39.37, kilometers: EARTH / 1000 },
  ...{ kilometres: EARTH / 1000, km: EARTH / 1000, meters: EARTH, metres: EARTH, m: EARTH },
  ...{ miles: EARTH / 1609.344, mi: EARTH / 1609.344, millimeters: EARTH * 1000 },
  ...{ millimetres: EARTH * 1000, mm: EARTH * 1000, nauticalmiles: EARTH / 1852 },
  ...{ nmi: EARTH / 1852, radians: 1, rad: 1, yards: EARTH * 1.0936, yd: EARTH * 1.0936 },
};

const radians = (degrees: number) => ((degrees % 360) * Math.PI) / 180;

/**
 * DBSCAN of points by their distances on the sphere. A point is 'core' or 'edge' as the peer has it, which calls
 * points on the edge of a cluster 'core' where it met them after the cluster's first point.
 *
 * @param maxDistance in `units`
 * @param options `units`: default 'kilometers'; `minPoints`: default 3; `mutate`: as for `clustersKmeans`
 * @throws Error with the peer's message on a wrong unit; InvalidArgumentError, ShapeError, NonFiniteError on what are
 *   no points
 */
export async function clustersDbscan(
  points: PointCollection,
  maxDistance: number,
  options: { units?: string; minPoints?: number; mutate?: boolean } = {},
  where: Where = {},
): Promise<With<DbscanProps>> {
  const { units = 'kilometers' } = options;
  const perRadius = UNITS[units] as number | undefined;
  if (!perRadius) throw new Error(`${units} units is invalid`);
  if (!(maxDistance >= 0)) {
    throw new InvalidArgumentError(
      'maxDistance',
      `clustersDbscan: maxDistance is ${show(maxDistance)}; it must be a number >= 0.`,
    );
  }
  const coordinates = coordinatesOf(points);
  const given = await givenRows(
    'points',
    coordinates.map(([lon, lat]) => [
      Math.cos(radians(lat)) * Math.cos(radians(lon)),
      Math.cos(radians(lat)) * Math.sin(radians(lon)),
      Math.sin(radians(lat)),
    ]),
  );
  const angle = Math.min(Math.PI, maxDistance / perRadius);
  const isNear = (i: number, j: number) =>
    inBox(coordinates[i], coordinates[j], (angle * 180) / Math.PI) &&
    arcOf(coordinates[i], coordinates[j]) * perRadius <= maxDistance;
  // A chord that no point within the distance is beyond; the peer decides near its end.
  const chord = 2 * Math.sin(angle / 2);
  // Across the equator its boxes are too narrow by as much as meridians draw together.
  const margin = chord * (1 - Math.cos(angle)) + ROUNDED;
  const longitudes = coordinates.map(([lon]) => lon);
  const [west, east] = [Math.min, Math.max].map((extreme) =>
    longitudes.reduce((a, b) => extreme(a, b)),
  );
  const onHost = east - west > 180 || (where.runtime === undefined && coordinates.length < SMALL);
  const minPoints = options.minPoints ? options.minPoints : 3;
  const { labels, core, first } = await withRadiusSearch(
    onHost ? 'cpu' : where.runtime,
    given,
    { radius: chord + ROUNDED, isNear, margin },
    where.signal,
    (search, order) => clusterByDensity(search, order, minPoints),
  );
  const result = options.mutate === true ? points : cloned(points);
  const isCore = new Set(core);
  for (const [i, feature] of result.features.entries()) {
    const properties = (feature.properties ??= {});
    const label = labels[i];
    if (label < 0) {
      properties.dbscan = 'noise';
      continue;
    }
    // A point on the edge is met as noise only before its cluster has begun.
    properties.dbscan = isCore.has(i) || i > first[label] ? 'core' : 'edge';
    properties.cluster = label;
  }
  return result as With<DbscanProps>;
}

/** What chords of points on the sphere are rounded by at most. */
const ROUNDED = 2e-12;
/** Points below which the host is done before a device has begun. */
const SMALL = 4096;

/** The angle between two points, by the peer's formula. */
function arcOf([lon, lat]: readonly number[], [otherLon, otherLat]: readonly number[]): number {
  const a =
    Math.pow(Math.sin(radians(otherLat - lat) / 2), 2) +
    Math.pow(Math.sin(radians(otherLon - lon) / 2), 2) *
      Math.cos(radians(lat)) *
      Math.cos(radians(otherLat));
  return 2 * Math.atan2(Math.sqrt(a), Math.sqrt(1 - a));
}

/** Whether a point lies in the box that the peer looks for neighbours in: not across the 180th meridian. */
function inBox(
  [lon, lat]: readonly number[],
  [otherLon, otherLat]: readonly number[],
  reach: number,
): boolean {
  const low = Math.max(lat - reach, -90);
  const high = Math.min(lat + reach, 90);
  if (otherLat < low || otherLat > high) return false;
  const isAcross = low < 0 && high > 0;
  const extreme = Math.abs(low) < Math.abs(high) ? high : low;
  const wide = isAcross ? reach : reach / Math.cos(radians(extreme));
  return otherLon >= Math.max(lon - wide, -360) && otherLon <= Math.min(lon + wide, 360);
}

function coordinatesOf(points: PointCollection): number[][] {
  const { features } = points as Partial<PointCollection>;
  if (!Array.isArray(features)) {
    throw new InvalidArgumentError(
      'points',
      `points is ${show(points)}; give a FeatureCollection of points.`,
    );
  }
  return features.map((feature, i) => {
    const { geometry } = feature as { readonly geometry: Partial<PointFeature['geometry']> | null };
    const { type, coordinates } = geometry ?? {};
    if (type === 'Point' && Array.isArray(coordinates)) return coordinates;
    throw new InvalidArgumentError(
      'points',
      `points: feature ${i} is ${type === undefined ? 'without a geometry' : `a ${type}`}; every feature must be a Point.`,
    );
  });
}

/** As @turf/clone has it. */
function cloned(points: PointCollection): PointCollection {
  return {
    ...points,
    features: points.features.map((feature) => ({
      ...feature,
      properties: propertiesOf(feature.properties),
      geometry: { ...feature.geometry, coordinates: feature.geometry.coordinates.slice() },
    })),
  };
}

function propertiesOf(properties: object | null): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value)
        ? [...(value as unknown[])]
        : typeof value === 'object' && value !== null
          ? propertiesOf(value)
          : value,
    ]),
  );
}
