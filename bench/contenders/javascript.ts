/** Peers in plain JavaScript. */
import { kmeans as mlKMeansFit } from 'ml-kmeans';
import { Matrix } from 'ml-matrix';
import { PCA } from 'ml-pca';
import skmeansFit from 'skmeans';
import { kmeans as thingFit, means } from '@thi.ng/k-means';
import { toRows, type Workload } from '../workload.js';
import type { Contender } from './contender.js';

/** The k x d centroids after some iterations over rows. */
type Fit = (
  rows: number[][],
  k: number,
  start: number[][],
  iterations: number,
) => { centroids: number[][]; iterations: number };

const overRows =
  (fit: Fit): Contender<'kmeans'> =>
  () =>
    Promise.resolve({
      load({ data, n, d, k, start }: Workload) {
        const rows = toRows(data, n, d);
        return Promise.resolve({
          iterate(most: number) {
            // A new copy, as some write to the start they are given.
            const { centroids, iterations } = fit(rows, k, toRows(start, k, d), most);
            return Promise.resolve({ result: { centroids: centroids.flat() }, iterations });
          },
          dispose: () => undefined,
        });
      },
      dispose: () => undefined,
    });

export const mlKMeans = overRows((rows, k, start, maxIterations) =>
  mlKMeansFit(rows, k, { initialization: start, maxIterations, tolerance: 0 }),
);

export const skMeans = overRows((rows, k, start, most) => {
  const { centroids, it } = skmeansFit(rows, k, start, most);
  // Its count goes one past the last iteration where it stops because nothing moves.
  return { centroids: centroids as number[][], iterations: Math.min(it, most) };
});

/** Counts its iterations by what it asks for each: k new means. Means without rows stay away. */
export const thing = overRows((rows, k, start, maxIter) => {
  let asked = 0;
  const strategy: typeof means = (dim) => {
    asked++;
    return means(dim);
  };
  const clusters = thingFit(k, rows, { initial: start, maxIter, strategy });
  const centroids = start.map((row, c) => clusters.find(({ id }) => id === c)?.centroid ?? row);
  return { centroids: centroids.map((row) => Array.from(row)), iterations: asked / k };
});

/** ml-pca, by the covariance matrix: its other ways take minutes on MNIST. */
export const mlPca: Contender<'pca'> = () =>
  Promise.resolve({
    load({ data, n, d, k }: Workload) {
      const rows = new Matrix(toRows(data, n, d));
      return Promise.resolve({
        iterate() {
          const model = new PCA(rows, { method: 'covarianceMatrix' });
          const vectors = model.getEigenvectors();
          const { means } = model.toJSON();
          const components = Array.from({ length: k }, (_, t) => vectors.getColumn(t)).flat();
          return Promise.resolve({ result: { mean: means, components }, iterations: 1 });
        },
        dispose: () => undefined,
      });
    },
    dispose: () => undefined,
  });
