/** Rows in an order in which those near each other stand near each other, and boxes around runs of them. */
import type { Pause } from './event_loop.js';

/** Rows of a leaf: they start at a multiple of it. */
export const LEAF = 64;
/** Leaves whose boxes are looked at together first. */
const GROUP = 16;

/** Boxes, [boxes][d] each. */
interface Boxes {
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

/** A tree of median splits, of which the leaves remain. */
export interface SpatialOrder {
  /** The row that stands at each place, [n]. */
  readonly order: Uint32Array;
  readonly columns: number;
  readonly leaves: Boxes;
  /** Around GROUP leaves each. */
  readonly groups: Boxes;
}

/**
 * Splits the rows of `x` (n x d) at the median of their widest column, the parts likewise, down to
 * leaves. n d log(n / LEAF) operations.
 */
export async function spatialOrder(
  x: ArrayLike<number>,
  n: number,
  d: number,
  pause: Pause,
): Promise<SpatialOrder> {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const open: (readonly [start: number, end: number])[] = [[0, n]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [start, end] = part;
    if (end - start <= LEAF) continue;
    const box = boxOf(x, d, order, start, end);
    let widest = 0;
    for (let j = 1; j < d; j++) {
      if (box.highs[j] - box.lows[j] > box.highs[widest] - box.lows[widest]) widest = j;
    }
    if (box.highs[widest] === box.lows[widest]) continue;
    const middle = start + Math.ceil((end - start) / 2 / LEAF) * LEAF;
    divide(order, (row) => x[row * d + widest], start, end, middle);
    open.push([start, middle], [middle, end]);
    await pause();
  }
  return {
    order,
    columns: d,
    leaves: boxesOf(x, d, order, LEAF),
    groups: boxesOf(x, d, order, GROUP * LEAF),
  };
}

function boxesOf(x: ArrayLike<number>, d: number, order: Uint32Array, size: number): Boxes {
  const count = Math.ceil(order.length / size);
  const lows = new Float64Array(count * d);
  const highs = new Float64Array(count * d);
  for (let b = 0; b < count; b++) {
    const end = Math.min(order.length, (b + 1) * size);
    const box = boxOf(x, d, order, b * size, end);
    lows.set(box.lows, b * d);
    highs.set(box.highs, b * d);
  }
  return { lows, highs };
}

function boxOf(
  x: ArrayLike<number>,
  d: number,
  order: Uint32Array,
  start: number,
  end: number,
): Boxes {
  const lows = new Float64Array(d).fill(Number.POSITIVE_INFINITY);
  const highs = new Float64Array(d).fill(Number.NEGATIVE_INFINITY);
  for (let at = start; at < end; at++) {
    const first = order[at] * d;
    for (let j = 0; j < d; j++) {
      const value = x[first + j];
      if (value < lows[j]) lows[j] = value;
      if (value > highs[j]) highs[j] = value;
    }
  }
  return { lows, highs };
}

/** Puts the least `middle - start` of [start, end) before the others, by Hoare's selection. */
function divide(
  order: Uint32Array,
  value: (row: number) => number,
  start: number,
  end: number,
  middle: number,
): void {
  let [first, last] = [start, end - 1];
  while (first < last) {
    const three = [first, (first + last) >> 1, last].map((at) => value(order[at]));
    const pivot = three.sort((a, b) => a - b)[1];
    let [i, j] = [first, last];
    while (i <= j) {
      while (value(order[i]) < pivot) i++;
      while (value(order[j]) > pivot) j--;
      if (i > j) break;
      [order[i], order[j]] = [order[j], order[i]];
      i++;
      j--;
    }
    if (middle <= j) last = j;
    else if (middle >= i) first = i;
    else return;
  }
}

/**
 * Runs [begin, end) of the places [from, to), both multiples of GROUP LEAF or the last, whose leaves
 * come as near as the root of `squared` to the box around the places [start, end); of leaves that
 * `counts` alone.
 */
export function nearRuns(
  { order, columns: d, leaves, groups }: SpatialOrder,
  [start, end]: readonly [number, number],
  [from, to]: readonly [number, number],
  squared: number,
  counts: (leaf: number) => boolean,
): [begin: number, end: number][] {
  const low = new Float64Array(d).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(d).fill(Number.NEGATIVE_INFINITY);
  for (let leaf = Math.floor(start / LEAF); leaf * LEAF < end; leaf++) {
    for (let j = 0; j < d; j++) {
      low[j] = Math.min(low[j], leaves.lows[leaf * d + j]);
      high[j] = Math.max(high[j], leaves.highs[leaf * d + j]);
    }
  }
  const isNear = ({ lows, highs }: Boxes, box: number) => {
    let sum = 0;
    for (let j = 0, at = box * d; j < d; j++, at++) {
      const gap = Math.max(0, lows[at] - high[j], low[j] - highs[at]);
      sum += gap * gap;
      if (sum > squared) return false;
    }
    return true;
  };
  const runs: [begin: number, end: number][] = [];
  const size = GROUP * LEAF;
  for (let group = Math.floor(from / size); group * size < to; group++) {
    if (!isNear(groups, group)) continue;
    for (let leaf = group * GROUP; leaf < (group + 1) * GROUP; leaf++) {
      const begin = leaf * LEAF;
      if (begin < from || begin >= to || !counts(leaf) || !isNear(leaves, leaf)) continue;
      const stop = Math.min(begin + LEAF, order.length);
      const last = runs.at(-1);
      if (last?.[1] === begin) last[1] = stop;
      else runs.push([begin, stop]);
    }
  }
  return runs;
}
