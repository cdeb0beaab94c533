/** `webgpu-clustering/restricted-boltzmann-machine`. */
export {
  restrictedBoltzmannMachine,
  type BoltzmannOptions,
} from './restricted_boltzmann_machine.js';
export { type BoltzmannJson, BoltzmannModel, type SampleOptions } from './boltzmann_model.js';
