/** The drop-ins that wait, in Node, beside the peers: the very calls, equal results. */
import { clustersDbscan as theirDbscan } from '@turf/clusters-dbscan';
import { clustersKmeans as theirKmeans } from '@turf/clusters-kmeans';
import densityClustering from 'density-clustering';
import * as mlKmeans from 'ml-kmeans';
import { PCA as TheirPca } from 'ml-pca';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import theirSkmeans from 'skmeans';
import { expect, test } from 'vitest';
import type * as densityEntry from '../../src/compat/sync/density_clustering.js';
import type * as mlKmeansEntry from '../../src/compat/sync/ml_kmeans.js';
import type * as mlPcaEntry from '../../src/compat/sync/ml_pca.js';
import type * as skmeansEntry from '../../src/compat/sync/skmeans.js';
import type * as turfEntry from '../../src/compat/sync/turf.js';
import { createRandom } from '../../src/math/random.js';
import { checkLibrary, root } from '../engines/bundle.js';

await checkLibrary();
const load = (name: string): Promise<unknown> =>
  import(pathToFileURL(join(root, `dist/compat/${name}/sync.js`)).href);

const random = createRandom(5);
const data = Array.from({ length: 60 }, () => [random.next(), random.next(), random.next()]);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('ml-kmeans', async () => {
  const ours = (await load('ml-kmeans')) as typeof mlKmeansEntry;
  const options = { seed: 4 };
  const found = ours.kmeans(data, 5, options);
  expect(plain(found)).toEqual(plain(mlKmeans.kmeans(data, 5, options)));
  expect(found.nearest(data)).toEqual(mlKmeans.kmeans(data, 5, options).nearest(data));
  const distanceFunction = (p: number[], q: number[]) => Math.abs(p[0] - q[0]);
  const other = { ...options, distanceFunction };
  expect(plain(ours.kmeans(data, 3, other))).toEqual(plain(mlKmeans.kmeans(data, 3, other)));
  // All steps share their array of clusters: each is looked at as it comes.
  const steps = [ours, mlKmeans].map(({ kmeansGenerator }) =>
    Array.from(kmeansGenerator(data, 4, options), plain),
  );
  expect(steps[0]).toEqual(steps[1]);
  expect(() => ours.kmeans(data, 61, {})).toThrow('K should be a positive integer smaller');
  const thrown = new RangeError('mine');
  const failing = {
    distanceFunction: () => {
      throw thrown;
    },
  };
  expect(() => ours.kmeans(data, 2, { ...failing, seed: 1 })).toThrow(RangeError);
});

test('skmeans, turf, density-clustering and ml-pca', async () => {
  const { default: skmeans } = (await load('skmeans')) as typeof skmeansEntry;
  const starts = data.slice(0, 4);
  const [mine, theirs] = [
    skmeans(data, 4, structuredClone(starts)),
    theirSkmeans(data, 4, structuredClone(starts)),
  ];
  expect(plain(mine)).toEqual(plain(theirs));
  expect(mine.test(data[7])).toEqual(theirs.test(data[7]));

  const turf = (await load('turf')) as typeof turfEntry;
  const points = () => ({
    type: 'FeatureCollection' as const,
    features: data.map(([x, y]) => ({
      ...{ type: 'Feature' as const, properties: {} },
      geometry: { type: 'Point' as const, coordinates: [10 * x, 10 * y] },
    })),
  });
  const changed = points();
  expect(turf.clustersKmeans(changed, { mutate: true })).toBe(changed);
  expect(changed).toEqual(theirKmeans(points(), { mutate: true }));
  expect(turf.clustersDbscan(points(), 100)).toEqual(theirDbscan(points(), 100));

  const density = (await load('density-clustering')) as typeof densityEntry;
  const [one, other] = [new density.DBSCAN(), new densityClustering.DBSCAN()];
  expect(one.run(data, 0.2, 3)).toEqual(other.run(data, 0.2, 3));
  expect(one.noise).toEqual(other.noise);

  const { PCA } = (await load('ml-pca')) as typeof mlPcaEntry;
  expect(plain(new PCA(data).toJSON())).toEqual(plain(new TheirPca(data).toJSON()));
});
