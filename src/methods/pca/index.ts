/** `webgpu-clustering/pca`. */
export { pca, type PcaOptions, type PcaProgress, type PointBatches } from './pca.js';
export { type DeviceOutput, type PcaJson, PcaModel } from './pca_model.js';
export type { PcaSolver } from './options.js';
