/** Random draws of rows in proportion to their weights. */
import type { Random } from './random.js';

/** Running sums of `weights`, [n]: the unnormalised distribution `sampleFromWeights` draws from. */
export function cumulativeWeights(weights: ArrayLike<number>): Float64Array {
  const cumulative = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) cumulative[i] = sum += weights[i];
  return cumulative;
}

/**
 * An index drawn in proportion to its weight, by inverse CDF: the first whose running sum exceeds
 * u times the total. An index of weight 0 is never drawn while the total is positive.
 *
 * @param cumulative running sums of weights >= 0, [n]
 * @param u uniform in [0, 1)
 */
export function sampleFromWeights(cumulative: ArrayLike<number>, u: number): number {
  const target = u * cumulative[cumulative.length - 1];
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * k distinct rows drawn one after the other without replacement, each in proportion to its weight;
 * where fewer than k rows have positive weight, the first drawn repeats.
 *
 * Every row gets an exponential waiting time of rate w_i and the k earliest are taken, which has the
 * same distribution and needs no redraws: Efraimidis and Spirakis, "Weighted random sampling with a
 * reservoir", 2006.
 */
export function sampleRows(weights: ArrayLike<number>, k: number, random: Random): Uint32Array {
  const n = weights.length;
  const times = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    if (weights[i] > 0) times[i] = -Math.log1p(-random.next()) / weights[i];
  }
  const latest = times.slice().sort()[k - 1];
  const rows: number[] = [];
  for (let i = 0; i < n; i++) if (weights[i] > 0 && times[i] <= latest) rows.push(i);
  rows.sort((a, b) => times[a] - times[b]);
  return fillUp(rows.slice(0, k), k, weights);
}

/**
 * `chosen` brought up to k rows: by the lowest rows of positive weight not yet among them, then,
 * with no such row left, by repeating the first.
 */
export function fillUp(
  chosen: readonly number[],
  k: number,
  weights: ArrayLike<number>,
): Uint32Array {
  const rows = [...chosen];
  const taken = new Set(rows);
  for (let i = 0; i < weights.length && rows.length < k; i++) {
    if (weights[i] > 0 && !taken.has(i)) rows.push(i);
  }
  while (rows.length < k) rows.push(rows[0]);
  return Uint32Array.from(rows);
}

/** The given rows of `x` (n x d), one after the other, rows.length x d. */
export function gatherRows(x: Float32Array, rows: ArrayLike<number>, d: number): Float32Array {
  const gathered = new Float32Array(rows.length * d);
  for (let i = 0; i < rows.length; i++) {
    gathered.set(x.subarray(rows[i] * d, (rows[i] + 1) * d), i * d);
  }
  return gathered;
}

/** The numbers 0 to n - 1 in random order (Fisher and Yates). */
export function shuffled(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
