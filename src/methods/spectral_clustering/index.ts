/** `webgpu-clustering/spectral-clustering`. */
export { spectralClustering, type SpectralClusteringOptions } from './spectral_clustering.js';
export { type SpectralClusteringJson, SpectralClusteringModel } from './spectral_model.js';
export type { Affinity, CsrInput } from './affinity.js';
export type { AffinityKind, LabelAssignment, Laplacian } from './options.js';
export type { CsrMatrix } from '../../ops/sparse/csr.js';
