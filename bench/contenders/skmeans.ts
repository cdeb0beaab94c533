import skmeans from 'skmeans';
import { toRows, type Workload } from '../workloads.js';
import type { Contender } from './contender.js';

/** skmeans: plain JavaScript. */
export const skMeans: Contender = {
  name: 'skmeans',
  onDriver: false,
  prepare({ data, n, d, k, start }: Workload) {
    const rows = toRows(data, n, d);
    return Promise.resolve({
      iterate(iterations: number) {
        const { centroids } = skmeans(rows, k, toRows(start, k, d), iterations);
        return Promise.resolve((centroids as number[][]).flat());
      },
      dispose: () => undefined,
    });
  },
};
