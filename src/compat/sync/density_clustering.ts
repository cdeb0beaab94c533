/**
 * `webgpu-clustering/compat/density-clustering/sync`, for Node: the classes DBSCAN and KMEANS of density-clustering 1,
 * whose `run` waits for another thread, which does the work; KMEANS' starts are by that thread's Math.random.
 */
import * as waiting from '../density_kmeans.js';
import { callSync } from './thread.js';

const HOST = new URL(/* @vite-ignore */ '../sync-host.js', import.meta.url);
const { distance: euclidean } = new waiting.KMEANS();

type Distance = waiting.KMEANS['distance'];
const ownOf = (distance: Distance) => (distance === euclidean ? undefined : distance);

/** See `DBSCAN` of compat/density-clustering. */
export class DBSCAN {
  dataset: number[][] = [];
  epsilon = 1;
  minPts = 2;
  distance: Distance = euclidean;
  clusters: number[][] = [];
  noise: number[] = [];

  constructor(dataset?: number[][], epsilon?: number, minPts?: number, distance?: Distance) {
    Object.assign(this, new waiting.DBSCAN(dataset, epsilon, minPts, distance));
  }

  run(dataset?: number[][], epsilon?: number, minPts?: number, distance?: Distance): number[][] {
    Object.assign(
      this,
      new waiting.DBSCAN(
        dataset ?? this.dataset,
        epsilon ? epsilon : this.epsilon,
        minPts ? minPts : this.minPts,
        distance ?? this.distance,
      ),
    );
    const given = [this.dataset, this.epsilon, this.minPts, ownOf(this.distance)];
    Object.assign(this, callSync(HOST, ['dbscan'], given).value);
    return this.clusters;
  }
}

/** See `KMEANS` of compat/density-clustering. */
export class KMEANS {
  k = 3;
  dataset: number[][] = [];
  assignments: number[] = [];
  centroids: number[][] = [];
  distance: Distance = euclidean;

  constructor(dataset?: number[][], k?: number, distance?: Distance) {
    this.init(dataset, k, distance);
  }

  init(dataset?: number[][], k?: number, distance?: Distance): void {
    waiting.KMEANS.prototype.init.call(this as never, dataset, k, distance);
  }

  run(dataset?: number[][], k?: number): number[][] {
    this.init(dataset, k);
    const given = [this.dataset, this.k, ownOf(this.distance)];
    Object.assign(this, callSync(HOST, ['densityKmeans'], given).value);
    return this.getClusters();
  }

  randomCentroid(): number[] {
    return waiting.KMEANS.prototype.randomCentroid.call(this as never);
  }

  getClusters(): number[][] {
    return waiting.KMEANS.prototype.getClusters.call(this as never);
  }
}
