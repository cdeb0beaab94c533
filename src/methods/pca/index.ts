/** `webgpu-clustering/pca`. */
export { pca } from './pca.js';
export type { PointBatches } from './pca_batches.js';
export type { DeviceOutput } from '../../fit/device_output.js';
export { PcaModel } from './pca_model.js';
export type { PcaJson } from './pca_state.js';
export type { PcaOptions, PcaProgress, PcaSolver } from './options.js';
