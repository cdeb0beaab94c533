import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { tfjs } from './tfjs.js';

/** TensorFlow.js on WebAssembly, its binaries at these addresses by their file names. */
export const tfjsWasm = (files: Readonly<Record<string, string>>) =>
  tfjs('wasm', () => {
    setWasmPaths(files);
    return Promise.resolve();
  });
