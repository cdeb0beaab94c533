import type { ClusterSums } from './accumulate.twin.js';
import { SUM_BYTES } from './accumulation.js';

/** Numbers of a `ClusterSum`, and where in it; see lib/cluster_sums.wgsl. */
export const SUM = SUM_BYTES / 4;
const COST = 4;
export const WEIGHT = 5;

/** `totals` (see combine.wgsl) as the CPU twin has them. */
export function sumsOf(totals: Float32Array, quads: number, k: number, d: number): ClusterSums {
  return {
    residuals: Float64Array.from({ length: k * d }, (_, i) => {
      const [c, j] = [Math.floor(i / d), i % d];
      return totals[SUM * (c * quads + Math.floor(j / 4)) + (j % 4)];
    }),
    weightSums: Float64Array.from({ length: k }, (_, c) => totals[SUM * c * quads + WEIGHT]),
  };
}

/** The inertia about the references of `totals`. */
export function costOf(totals: Float32Array): number {
  let sum = 0;
  for (let at = COST; at < totals.length; at += SUM) sum += totals[at];
  return sum;
}
