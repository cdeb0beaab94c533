/** `webgpu-clustering/autoencoder`. */
export { autoencoder, type AutoencoderOptions } from './autoencoder.js';
export { type AutoencoderJson, AutoencoderModel, type LossProgress } from './autoencoder_model.js';
export type {
  ConvolutionOptions,
  EpochProgress,
  ImageShape,
  NetworkOptions,
  TrainingOptions,
} from './training.js';
export type { Activation } from '../../ops/algebra/activation.js';
export {
  TrainingCheckpoint,
  type TrainingCheckpointJson,
} from '../../networks/training_checkpoint.js';
export { TrainingDivergedError } from '../../networks/training_diverged_error.js';
