/**
 * `webgpu-clustering/compat/density-kmeans`: the classes of density-clustering 1, whose `run` is a promise. Same
 * points (for KMEANS: and same numbers of Math.random): equal clusters, in the same order.
 */
import { plural, show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';
import { createPause } from '../math/event_loop.js';
import { nearRuns, spatialOrder } from '../math/spatial_order.js';
import { distanceBy, type Rule, summing, withAssign } from './assign.js';
import { arraysOf, joined, rows64, type Where } from './rows.js';

export type { Where } from './rows.js';

type Distance = (p: number[], q: number[]) => number;

const ROOT: Rule = { ties: 'lowest', form: 'root', backwards: true };

function euclidean(p: number[], q: number[]): number {
  let sum = 0;
  for (let i = Math.min(p.length, q.length) - 1; i >= 0; i--) sum += (p[i] - q[i]) * (p[i] - q[i]);
  return Math.sqrt(sum);
}

function checkArray(dataset: unknown): void {
  if (dataset && !Array.isArray(dataset)) {
    throw Error(`Dataset must be of type array, ${typeof dataset} given`);
  }
}

/** Density-based clusters: points nearer than `epsilon` to each other. */
export class DBSCAN {
  dataset: number[][] = [];
  epsilon = 1;
  minPts = 2;
  distance: Distance = euclidean;
  /** The points of each cluster, in the order in which they are reached. */
  clusters: number[][] = [];
  /** Points with too few neighbours where they were met first; some may be in a cluster. */
  noise: number[] = [];

  constructor(dataset?: number[][], epsilon?: number, minPts?: number, distance?: Distance) {
    this.#set(dataset, epsilon, minPts, distance);
  }

  /** @throws Error with the peer's message; ShapeError, NonFiniteError on points that it answers with NaN */
  async run(
    dataset?: number[][],
    epsilon?: number,
    minPts?: number,
    distance?: Distance,
    { signal }: Where = {},
  ): Promise<number[][]> {
    this.#set(dataset, epsilon, minPts, distance);
    const n = this.dataset.length;
    if (n === 0) return this.clusters;
    const neighboursOf = await this.#neighbours(signal);
    const pause = createPause(signal);
    const isVisited = new Uint8Array(n);
    const isAssigned = new Uint8Array(n);
    for (let start = 0; start < n; start++) {
      if (isVisited[start]) continue;
      isVisited[start] = 1;
      const neighbours = neighboursOf(start);
      if (neighbours.length < this.minPts) {
        this.noise.push(start);
        continue;
      }
      const cluster = [start];
      this.clusters.push(cluster);
      isAssigned[start] = 1;
      const isListed = new Set(neighbours);
      for (const point of neighbours) {
        if (!isVisited[point]) {
          isVisited[point] = 1;
          const more = neighboursOf(point);
          // What is pushed is come to as well.
          if (more.length >= this.minPts) {
            for (const next of more) {
              if (!isListed.has(next)) neighbours.push(next);
              isListed.add(next);
            }
          }
          await pause();
        }
        if (!isAssigned[point]) cluster.push(point);
        isAssigned[point] = 1;
      }
    }
    return this.clusters;
  }

  #set(dataset?: number[][], epsilon?: number, minPts?: number, distance?: Distance): void {
    checkArray(dataset);
    if (dataset) {
      this.dataset = dataset;
      this.clusters = [];
      this.noise = [];
    }
    if (epsilon) this.epsilon = epsilon;
    if (minPts) this.minPts = minPts;
    if (distance) this.distance = distance;
  }

  /** Of a point all that are nearer than epsilon, rising. */
  async #neighbours(signal: AbortSignal | undefined): Promise<(point: number) => number[]> {
    const { dataset, epsilon, distance } = this;
    const { x, n, d } = rows64('dataset', dataset);
    if (distance !== euclidean) {
      const all = dataset.map((_, i) => i);
      return (point) => all.filter((other) => distance(dataset[point], dataset[other]) < epsilon);
    }
    const tree = await spatialOrder(x, n, d, createPause(signal));
    const placeOf = new Uint32Array(n);
    tree.order.forEach((row, place) => {
      placeOf[row] = place;
    });
    // A little more than the radius, as a box's distance is rounded.
    const reach = epsilon ** 2 * (1 + 1e-9);
    return (point) => {
      const place = placeOf[point];
      const found: number[] = [];
      for (const [begin, end] of nearRuns(tree, [place, place + 1], [0, n], reach, () => true)) {
        for (let at = begin; at < end; at++) {
          const other = tree.order[at];
          if (distanceBy(ROOT, x, point, x, other, d) < epsilon) found.push(other);
        }
      }
      return found.sort((a, b) => a - b);
    };
  }
}

/** K-means from points drawn by Math.random; a cluster without points begins again at another. */
export class KMEANS {
  k = 3;
  dataset: number[][] = [];
  /** The cluster of each point. */
  assignments: number[] = [];
  centroids: number[][] = [];
  distance: Distance = euclidean;

  constructor(dataset?: number[][], k?: number, distance?: Distance) {
    this.init(dataset, k, distance);
  }

  init(dataset?: number[][], k?: number, distance?: Distance): void {
    this.assignments = [];
    this.centroids = [];
    if (dataset !== undefined) this.dataset = dataset;
    if (k !== undefined) this.k = k;
    if (distance !== undefined) this.distance = distance;
  }

  /**
   * The points of each cluster; a hole where there are none.
   *
   * @throws InvalidArgumentError where there are fewer points than clusters, for which the peer draws for ever;
   *   ShapeError, NonFiniteError on points that it answers with NaN
   */
  async run(dataset?: number[][], k?: number, where: Where = {}): Promise<number[][]> {
    this.init(dataset, k);
    const rows = rows64('dataset', this.dataset);
    const { n, d } = rows;
    const count = this.k;
    if (!Number.isInteger(count) || count < 1 || count > n) {
      throw new InvalidArgumentError(
        'k',
        `KMEANS: k is ${show(count)}; it must be a whole number from 1 to ${n}, as there are ${n} ${plural(n, 'point')}.`,
      );
    }
    for (let j = 0; j < count; j++) this.centroids[j] = this.randomCentroid();
    const isOwn = this.distance === euclidean;
    const rule: Rule = {
      ...ROOT,
      ...(isOwn
        ? {}
        : { custom: (i: number, j: number) => this.distance(this.dataset[i], this.centroids[j]) }),
    };
    await withAssign(rows, count, rule, where, async (assign) => {
      const labels = new Uint32Array(n);
      const sum = summing(rows, count);
      for (let round = 0, changed = true; changed; round++) {
        await assign(joined(this.centroids, d), labels);
        changed = labels.some((label, i) => label !== this.assignments[i]);
        this.assignments = Array.from(labels);
        const { sums, counts } = sum(labels);
        const means = arraysOf(sums, d);
        for (let j = 0; j < count; j++) {
          if (counts[j] > 0) {
            // The peer's first mean of all is of nothing, NaN.
            this.centroids[j] = means[j].map((sum) =>
              round === 0 && j === 0 ? Number.NaN : sum / counts[j],
            );
          } else {
            this.centroids[j] = this.randomCentroid();
            changed = true;
          }
        }
      }
    });
    return this.getClusters();
  }

  /** A point that is no centroid. */
  randomCentroid(): number[] {
    for (;;) {
      const point = this.dataset[Math.round(Math.random() * (this.dataset.length - 1))];
      if (!this.centroids.includes(point)) return point;
    }
  }

  getClusters(): number[][] {
    const clusters = new Array<number[]>(this.k);
    for (const [point, label] of this.assignments.entries()) {
      (clusters[label] ??= []).push(point);
    }
    return clusters;
  }
}
