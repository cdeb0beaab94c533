import { kmeans } from 'ml-kmeans';
import { toRows, type Workload } from '../workloads.js';
import type { Contender } from './contender.js';

/** ml-kmeans: plain JavaScript. */
export const mlKMeans: Contender = {
  name: 'ml-kmeans',
  onDriver: false,
  prepare({ data, n, d, k, start }: Workload) {
    const rows = toRows(data, n, d);
    return Promise.resolve({
      iterate(iterations: number) {
        const options = {
          initialization: toRows(start, k, d),
          maxIterations: iterations,
          tolerance: 0,
        };
        return Promise.resolve(kmeans(rows, k, options).centroids.flat());
      },
      dispose: () => undefined,
    });
  },
};
