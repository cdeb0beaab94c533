/** Lassos and elastic nets of single rows, solved to the end by active sets: on the host, in float64. */
import { cholesky } from '../../math/cholesky.js';
import { dot } from '../../math/vectors.js';
import { NO_ROW } from '../../ops/algebra/algebra.js';
import { softThresholded } from '../../ops/algebra/elementwise.twin.js';
import type { Task } from './expression.js';
import type { SparseRow } from './sparse_rows.js';

/** Rows that a row is sought among at a time. */
export const SUPPORT = 100;
const MOST_ROUNDS = 40;
/** Sweeps of descent between two tries to solve for the signs that it found, and tries. */
const SWEEPS = 20;
const TRIES = 50;
/** Of a threshold: a product above it by less is none. */
const SLACK = 1e-6;
const STILL = 1e-10;

/** A row, and the best weights so far of the rows in its support. */
export interface Net {
  readonly target: Float64Array;
  /** Thresholds l1 and l2 of |x - c X|^2 / 2 + l1 |c|_1 + l2 |c|^2 / 2. */
  readonly l1: number;
  readonly l2: number;
  support: readonly number[];
  weights: Float64Array;
}

/**
 * Makes each net the best of all rows: solved among its support, which the strongest of the other rows that
 * break the optimality then join (You, Li, Robinson & Vidal, "Oracle based active set algorithm for scalable
 * elastic net subspace clustering", CVPR 2016). Products of what is left with all rows are the engine's.
 *
 * @param own the row that each net leaves out, or NO_ROW
 * @param atOnce rows that join at most
 */
export async function solveNets(
  { algebra, x, rows, pause }: Task,
  nets: readonly Net[],
  own: Uint32Array,
  atOnce: number,
): Promise<{ readonly iterations: number; readonly converged: boolean }> {
  const d = x.columns;
  const rowOf = (j: number) => rows.subarray(j * d, (j + 1) * d);
  let left = nets.flatMap(({ support }, i) => (support.length > 0 ? [i] : []));
  let iterations = 0;
  for (; iterations < MOST_ROUNDS && left.length > 0; iterations++) {
    const rests = new Float64Array(left.length * d);
    for (const [at, i] of left.entries()) {
      descend(nets[i], rowOf, rests.subarray(at * d, (at + 1) * d));
      await pause();
    }
    const held = await algebra.matrix(left.length, d, rests);
    const exclude = Uint32Array.from(left, (i) => own[i]);
    const top = await algebra.topProducts(x, held, { k: atOnce, exclude });
    algebra.free(held);
    left = left.filter((i, at) => {
      const strongest: number[] = [];
      for (let e = at * atOnce; e < (at + 1) * atOnce; e++) {
        const size = top.magnitudes[e];
        if (top.indices[e] !== NO_ROW && size > nets[i].l1 * (1 + SLACK)) {
          strongest.push(top.indices[e]);
        }
      }
      return widen(nets[i], strongest);
    });
  }
  return { iterations, converged: left.length === 0 };
}

/** Leaves in the support what has a weight, and what is to join; whether anything does. */
function widen(net: Net, strongest: readonly number[]): boolean {
  const held = new Set(net.support);
  const joining = strongest.filter((row) => !held.has(row));
  if (joining.length === 0) return false;
  const kept = Array.from(net.weights.keys()).filter((p) => net.weights[p] !== 0);
  net.support = [...kept.map((p) => net.support[p]), ...joining];
  net.weights = Float64Array.from(net.support, (_, p) =>
    p < kept.length ? net.weights[kept[p]] : 0,
  );
  return true;
}

/** The best weights among the support, and what they leave of the target. */
function descend(net: Net, rowOf: (j: number) => Float64Array, rest: Float64Array): void {
  const { support, target, weights, l1, l2 } = net;
  const size = support.length;
  const members = support.map(rowOf);
  const products = new Float64Array(size * size);
  for (let p = 0; p < size; p++) {
    for (let q = 0; q <= p; q++) {
      products[p * size + q] = products[q * size + p] = dot(members[p], members[q]);
    }
  }
  const targets = Float64Array.from(members, (member) => dot(member, target));
  // Each member's product with what is left.
  const slopes = targets.slice();
  const move = (p: number, value: number) => {
    const change = value - weights[p];
    weights[p] = value;
    if (change !== 0) for (let q = 0; q < size; q++) slopes[q] -= change * products[p * size + q];
    return Math.abs(change);
  };
  weights.forEach((value, p) => {
    weights[p] = 0;
    move(p, value);
  });
  for (let attempt = 0, isSettled = false; attempt < TRIES && !isSettled; attempt++) {
    let moved = Infinity;
    for (let sweep = 0; sweep < SWEEPS && moved > STILL; sweep++) {
      moved = 0;
      for (let p = 0; p < size; p++) {
        const square = products[p * size + p];
        if (square === 0) continue;
        const value = softThresholded(slopes[p] + square * weights[p], l1) / (square + l2);
        moved = Math.max(moved, move(p, value));
      }
    }
    const solution = solvedForSigns(weights, products, targets, net);
    solution?.forEach((value, p) => move(p, value));
    isSettled = solution !== undefined || moved <= STILL;
  }
  rest.set(target);
  members.forEach((member, p) => {
    if (weights[p] !== 0) for (let c = 0; c < rest.length; c++) rest[c] -= weights[p] * member[c];
  });
}

/** The minimum, if its signs are those of the weights. */
function solvedForSigns(
  weights: Float64Array,
  products: Float64Array,
  targets: Float64Array,
  { l1, l2 }: Net,
): Float64Array | undefined {
  const size = weights.length;
  const some = Array.from(weights.keys()).filter((p) => weights[p] !== 0);
  const count = some.length;
  const system = new Float64Array(count * count);
  some.forEach((p, i) => {
    some.forEach((q, j) => {
      system[i * count + j] = products[p * size + q] + (i === j ? l2 : 0);
    });
  });
  const { factor, failed } = cholesky(system, count);
  if (failed >= 0) return undefined;
  const values = some.map((p) => targets[p] - l1 * Math.sign(weights[p]));
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) values[i] -= factor[i * count + j] * values[j];
    values[i] /= factor[i * count + i];
  }
  for (let i = count - 1; i >= 0; i--) {
    for (let j = i + 1; j < count; j++) values[i] -= factor[j * count + i] * values[j];
    values[i] /= factor[i * count + i];
  }
  if (some.some((p, i) => Math.sign(values[i]) !== Math.sign(weights[p]))) return undefined;
  const solution = new Float64Array(size);
  some.forEach((p, i) => {
    solution[p] = values[i];
  });
  const isBest = solution.every((value, p) => {
    if (value !== 0) return true;
    let slope = targets[p];
    some.forEach((q, i) => {
      slope -= products[p * size + q] * values[i];
    });
    return Math.abs(slope) <= l1 * (1 + SLACK);
  });
  return isBest ? solution : undefined;
}

/** What a net has come to: its largest weights, `most` of them at most. */
export function largestOfNet({ support, weights }: Net, most = support.length): SparseRow {
  const order = Array.from(weights.keys())
    .sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]))
    .slice(0, most);
  return { columns: order.map((p) => support[p]), values: order.map((p) => weights[p]) };
}
