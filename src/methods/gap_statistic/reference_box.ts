/** The box that reference sets are drawn from. */
import { addScaled } from '../../math/vectors.js';
import { uniformBox } from '../../ops/sampling/uniform_box.twin.js';
import type { HostRows } from './dispersion.js';

/** Where rows without clusters would lie: from low to low + width along each of its axes. */
export interface ReferenceBox {
  readonly low: Float64Array;
  readonly width: Float64Array;
  /** Orthonormal rows, [d] each, and what to add; when absent the axes are the columns. */
  readonly axes?: readonly Float64Array[];
  readonly mean?: Float64Array;
}

/** The least box around rows, its sides along the columns. */
export function boxAround({ data, shape: [n, d] }: HostRows): ReferenceBox {
  const low = new Float64Array(d).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(d).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) {
      low[j] = Math.min(low[j], data[at]);
      high[j] = Math.max(high[j], data[at]);
    }
  }
  return { low, width: high.map((value, j) => value - low[j]) };
}

/** Reference set `set` of `seed`, in the columns of the data, in float64: what the device draws alike. */
export function drawReference(
  { low, width, axes, mean }: ReferenceBox,
  rows: number,
  seed: number,
  set: number,
): HostRows & { readonly data: Float64Array } {
  const m = width.length;
  const x = uniformBox(rows, width, seed, set).map(
    (value, at) => value + low[at % m] + width[at % m] / 2,
  );
  if (!axes || !mean) return { data: x, shape: [rows, m] };
  const d = mean.length;
  const data = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * d, (i + 1) * d);
    row.set(mean);
    axes.forEach((axis, a) => {
      addScaled(row, x[i * m + a], axis);
    });
  }
  return { data, shape: [rows, d] };
}
