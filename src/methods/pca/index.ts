/** `webgpu-clustering/pca`. */
export { pca, type PcaOptions, type PcaProgress, type PointBatches } from './pca.js';
export { type DeviceOutput, type PcaJson, PcaModel, type PcaSolver } from './pca_model.js';
