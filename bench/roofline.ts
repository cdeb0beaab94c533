/** How near a time comes to what the adapter can do (Williams, Waterman & Patterson 2009). */
import type { Ceiling } from './ceiling.js';
import type { WorkloadShape } from './workload.js';

/** What one iteration (for PCA: one fit, its eigenvectors aside) cannot do without. */
export interface Work {
  readonly flops: number;
  /** The data read once, and what must be written for each row. */
  readonly bytes: number;
}

/** The work of a plain iteration: a method that skips some of it can pass the ceiling. */
export function workOf({ method, n, d, k, covarianceType }: WorkloadShape): Work {
  const read = 4 * n * d;
  switch (method) {
    case 'kmeans':
      // A dot product for each row and centroid; a sum for each number.
      return { flops: 2 * n * k * d + n * d, bytes: read + 4 * n };
    case 'mixture': {
      // Densities: a triangular product, or a scaled difference. Then the weighted sums of the
      // means, and of the symmetric products or the squares.
      const products = covarianceType === 'full' ? (d * (d + 1)) / 2 : d;
      return { flops: 2 * n * k * (2 * products + d), bytes: read };
    }
    case 'pca':
      return { flops: n * d * (d + 1), bytes: read };
  }
}

/** The least milliseconds that this work takes on an adapter: what runs out first decides. */
export function leastMilliseconds({ flops, bytes }: Work, ceiling: Ceiling): number {
  const { flopsPerSecond, storageBytesPerSecond, wideStorageBytesPerSecond } = ceiling;
  const bandwidth = Math.max(storageBytesPerSecond, wideStorageBytesPerSecond);
  return 1000 * Math.max(flops / flopsPerSecond, bytes / bandwidth);
}

/** The share of the ceiling that a time reaches, 1 at the roofline. */
export function shareOfCeiling(shape: WorkloadShape, milliseconds: number, ceiling: Ceiling) {
  return leastMilliseconds(workOf(shape), ceiling) / milliseconds;
}

/** The better of two measurements of the same adapter, rate by rate. */
export function bestCeiling(a: Ceiling, b: Ceiling): Ceiling {
  const best = (rate: keyof Ceiling) => Math.max(a[rate], b[rate]);
  return {
    flopsPerSecond: best('flopsPerSecond'),
    storageBytesPerSecond: best('storageBytesPerSecond'),
    wideStorageBytesPerSecond: best('wideStorageBytesPerSecond'),
    workgroupBytesPerSecond: best('workgroupBytesPerSecond'),
  };
}
