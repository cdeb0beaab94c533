/** `webgpu-clustering/compat/node-kmeans`: node-kmeans 1's call, which takes a callback and needs no change. */
import { InvalidArgumentError } from '../errors.js';
import { type Rule, summing, type Sums, withAssign } from './assign.js';
import { arraysOf, rows64, type Where } from './rows.js';

export type { Where } from './rows.js';

export interface Group {
  centroid: number[];
  /** The points of the group, and their numbers. */
  cluster: number[][];
  clusterInd: number[];
}

export interface Options {
  k: number;
  /** Default: Euclidean. Any other keeps the work on the host. */
  distance?: (a: number[], b: number[]) => number;
}

type Callback = (error: unknown, result?: Group[]) => void;

/**
 * K-means from k points drawn by Math.random; a group that has lost its points begins again at another one; ends
 * when no centroid moves.
 *
 * @param vector one point a row; never changed
 * @param callback is given the groups, or an Error with the peer's message; an InvalidArgumentError, ShapeError or
 *   NonFiniteError on points that the peer answers with nonsense or never
 * @param where a runtime of your own, or a signal: the peer has no such argument
 * @throws Error with the peer's message when an argument is missing
 */
export function clusterize(
  vector: number[][],
  options: Options,
  callback: Callback,
  where: Where = {},
): void {
  if (![vector, options, callback].every(Boolean)) {
    throw new Error('Provide 3 arguments: vector, options, callback');
  }
  if (typeof callback !== 'function') throw new Error('Provide a callback function');
  const refusal = refused(vector, options);
  if (refusal) {
    callback(new Error(refusal));
    return;
  }
  fit(vector, options, where).then(
    (groups) => {
      callback(null, groups);
    },
    (error: unknown) => {
      callback(error);
    },
  );
}

function refused(vector: unknown, { k, distance }: Options): string | undefined {
  if (!k || k < 1) return 'Provide a correct number k of clusters';
  if (distance && (typeof distance !== 'function' || distance.length !== 2)) {
    return 'options.distance must be a function with two arguments';
  }
  if (!Array.isArray(vector)) return 'Provide an array of data';
  if (vector.length >= k) return undefined;
  return `The number of points must be greater than
      the number k of clusters`;
}

async function fit(vector: number[][], { k, distance }: Options, where: Where): Promise<Group[]> {
  const rows = rows64('vector', vector);
  const { x, n, d } = rows;
  /** Points that were no start yet. */
  const left = Array.from({ length: n }, (_, i) => i);
  const draw = (): Float64Array => {
    if (left.length === 0) {
      throw new InvalidArgumentError(
        'vector',
        `node-kmeans: every point was a start, and still a group has none; use fewer than ${k} groups.`,
      );
    }
    const [i] = left.splice(Math.floor(Math.random() * left.length), 1);
    return x.slice(i * d, (i + 1) * d);
  };
  let centroids = new Float64Array(k * d).fill(Number.NaN);
  const rule: Rule = {
    ties: 'lowest',
    form: 'root',
    ...(distance
      ? { custom: (i, j) => distance([...centroids.subarray(j * d, (j + 1) * d)], vector[i]) }
      : {}),
  };
  return withAssign(rows, k, rule, where, async (assign) => {
    const labels = new Uint32Array(n);
    const sum = summing(rows, k);
    let { sums, counts }: Sums = { sums: new Float64Array(k * d), counts: new Uint32Array(k) };
    for (let moved = true; moved;) {
      const means = sums.map((sum, at) => sum / counts[Math.floor(at / d)]);
      for (let j = 0; j < k; j++) if (counts[j] === 0) means.set(draw(), j * d);
      moved = means.some((value, at) => value !== centroids[at]);
      centroids = means;
      await assign(centroids, labels);
      ({ sums, counts } = sum(labels));
    }
    const groups = arraysOf(centroids, d).map((centroid): Group => ({
      centroid,
      cluster: [],
      clusterInd: [],
    }));
    for (const [i, label] of labels.entries()) {
      groups[label].cluster.push(vector[i]);
      groups[label].clusterInd.push(i);
    }
    return groups;
  });
}
