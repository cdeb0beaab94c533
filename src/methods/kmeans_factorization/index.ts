/** `webgpu-clustering/kmeans-factorization`. */
export { kmeansFactorization, type KMeansFactorization } from './kmeans_factorization.js';
export type { LinearOperator, RecurrenceStep } from '../../math/linear_operator.js';
export type { CsrMatrix } from '../../ops/sparse/csr.js';
