import type { WorkloadShape } from '../workload.js';

/** Unit precisions, which are their own factors, of k components: k x d x d, or for 'diag' k x d. */
export function unitFactors({ k, d, covarianceType }: WorkloadShape): Float64Array {
  if (covarianceType === 'diag') return new Float64Array(k * d).fill(1);
  return Float64Array.from({ length: k * d * d }, (_, at) => ((at % (d * d)) % (d + 1) ? 0 : 1));
}
