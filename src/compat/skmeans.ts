/**
 * `webgpu-clustering/compat/skmeans`: skmeans 0.11's call, whose result is a promise. Same data and starts: equal
 * labels, centroids and counts of iterations.
 */
import { plural, show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';
import { type Rule, summing, withAssign } from './assign.js';
import { arraysOf, type Rows64, rows64, type Where } from './rows.js';

export type { Where } from './rows.js';

/** A number, or a vector. */
export type Point = number | number[];
export type Distance<T extends Point> = (a: T, b: T) => number;

export interface Result<T extends Point> {
  /** Iterations; one less than were done where the fit converged. */
  it: number;
  k: number;
  /** The cluster of each point. */
  idxs: number[];
  centroids: T[];
  /** The nearest centroid. */
  test: (point: T, fndist?: Distance<T>) => { idx: number; centroid: T };
}

const MOST_ITERATIONS = 10000;

/**
 * K-means as skmeans does it: of centroids as near the last wins, one without points becomes zeros, and the
 * fit goes on until no centroid moves at all.
 *
 * @param data numbers or vectors; never changed
 * @param k number of clusters: 1 to the number of points
 * @param initial centroids, which the peer overwrites and this does not; 'kmrand', 'kmpp', or nothing for random
 *   points, by Math.random
 * @param maxit default 10,000
 * @param fndist keeps the work on the host
 * @param where a runtime of your own, or a signal: the peer has no such argument
 * @throws Error with the peer's message; InvalidArgumentError, ShapeError, NonFiniteError where it goes on for ever
 *   or answers NaN
 */
export default async function skmeans<T extends Point>(
  data: T[],
  k: number,
  initial?: T[] | 'kmrand' | 'kmpp' | null,
  maxit?: number | null,
  fndist?: Distance<T> | null,
  where: Where = {},
): Promise<Result<T>> {
  const isMulti = Array.isArray(data[0]) && data[0].length > 0;
  const vectors = (points: readonly T[]) =>
    isMulti
      ? (points as readonly Point[] as readonly number[][])
      : points.map((point) => [point as number]);
  const rows = rows64('data', vectors(data));
  const { n, d } = rows;
  if (!Number.isInteger(k) || k < 1 || k > n) {
    throw new InvalidArgumentError(
      'k',
      `skmeans: k is ${show(k)}; it must be a whole number from 1 to ${n}, as there are ${n} ${plural(n, 'point')}.`,
    );
  }
  const starts = Array.isArray(initial) ? initial : startOf(data, k, initial, fndist ?? undefined);
  const given = rows64('initial', vectors(starts.slice(0, k)));
  if (given.n < k || given.d !== d) {
    throw new InvalidArgumentError(
      'initial',
      `skmeans: initial has ${given.n} ${plural(given.n, 'centroid')} of ${given.d}; give ${k} of ${d}.`,
    );
  }
  const pointOf = (vector: number[]) => (isMulti ? vector : vector[0]) as T;
  let points: T[] = starts;
  const rule: Rule = {
    ties: 'highest',
    // |a - b| and its square compare alike, but for what a square rounds away.
    form: isMulti ? 'squared' : 'root',
    ...(fndist ? { custom: (i: number, j: number) => fndist(data[i], points[j]) } : {}),
  };
  const { centroids, labels, left, most } = await iterate(
    rows,
    given.x,
    k,
    rule,
    maxit,
    where,
    (x) => {
      points = arraysOf(x, d).map(pointOf);
    },
  );
  return resultOf({
    it: most - left,
    k,
    idxs: Array.from(labels),
    centroids: arraysOf(centroids, d).map(pointOf),
  });
}

async function iterate(
  rows: Rows64,
  start: Float64Array,
  k: number,
  rule: Rule,
  maxit: number | null | undefined,
  where: Where,
  moved: (centroids: Float64Array) => void,
) {
  const { n, d } = rows;
  const most = maxit === null || maxit === undefined || maxit === 0 ? MOST_ITERATIONS : maxit;
  return withAssign(rows, k, rule, where, async (assign) => {
    const labels = new Uint32Array(n);
    const sum = summing(rows, k);
    let centroids = start;
    let left = most;
    for (let isDone = false; !isDone;) {
      await assign(centroids, labels);
      const { sums, counts } = sum(labels);
      const means = sums.map((sum, at) => sum / counts[Math.floor(at / d)] || 0);
      isDone = means.every((value, at) => value === centroids[at]) || --left <= 0;
      centroids = means;
      moved(centroids);
    }
    return { centroids, labels, left, most };
  });
}

/** With what can be asked of it. */
export const resultOf = <T extends Point>(found: Omit<Result<T>, 'test'>): Result<T> => ({
  ...found,
  test,
});

function test<T extends Point>(
  this: Result<T>,
  point: T,
  fndist?: Distance<T>,
): { idx: number; centroid: T } {
  let [best, idx] = [Number.POSITIVE_INFINITY, 0];
  for (const [j, centroid] of this.centroids.entries()) {
    const distance = fndist ? fndist(point, centroid) : distanceOf(point, centroid);
    if (distance <= best) [best, idx] = [distance, j];
  }
  return { idx, centroid: this.centroids[idx] };
}

function distanceOf(a: Point, b: Point): number {
  if (!Array.isArray(a) || !Array.isArray(b)) return Math.abs((a as number) - (b as number));
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}

/** Points as starts, by the peer's draws from Math.random. */
function startOf<T extends Point>(
  data: readonly T[],
  k: number,
  method: 'kmrand' | 'kmpp' | null | undefined,
  fndist: Distance<T> | undefined,
): T[] {
  const drawn = () => Math.floor(Math.random() * data.length);
  const starts: T[] = [];
  if (!method) {
    const taken = new Set<number>();
    while (starts.length < k) {
      const at = drawn();
      if (!taken.has(at)) starts.push(data[at]);
      taken.add(at);
    }
    return starts;
  }
  if (method === 'kmrand') {
    const taken = new Set<string>();
    for (let tries = 4 * k; starts.length < k && tries > 0; tries--) {
      const point = data[drawn()];
      const key = Array.isArray(point) ? point.join('_') : String(point);
      if (!taken.has(key)) starts.push(point);
      taken.add(key);
    }
    if (starts.length < k) throw new Error('Error initializating clusters');
    return starts;
  }
  if ((method as unknown) !== 'kmpp') {
    throw new InvalidArgumentError(
      'initial',
      `skmeans: initial is ${show(method)}; give centroids, 'kmrand' or 'kmpp'.`,
    );
  }
  const ownDistance: Distance<T> = (a, b) => {
    const distance = distanceOf(a, b);
    return Array.isArray(a) ? distance : distance ** 2;
  };
  const between = fndist ?? ownDistance;
  starts.push(data[drawn()]);
  const nearest = data.map(() => Number.POSITIVE_INFINITY);
  while (starts.length < k) {
    const last = starts[starts.length - 1];
    for (const [i, point] of data.entries())
      nearest[i] = Math.min(nearest[i], between(point, last));
    const sum = nearest.reduce((total, value) => total + value, 0);
    const shares = nearest.map((value, i) => ({ i, share: value / sum }));
    shares.sort((a, b) => a.share - b.share);
    const wanted = Math.random();
    let at = 0;
    for (let cumulative = 0; at < data.length - 1;) {
      cumulative = at === 0 ? shares[0].share : cumulative + shares[at].share;
      at++;
      if (!(cumulative < wanted)) break;
    }
    starts.push(data[shares[at - 1].i]);
  }
  return starts;
}
