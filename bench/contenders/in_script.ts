/** Contenders in JavaScript and WebAssembly, in Node or a page. */
import type { Loaders } from './registry.js';

/** @param wasmFiles addresses of the WebAssembly binaries of tfjs, by their file names */
export const inScript = (wasmFiles: Readonly<Record<string, string>>) =>
  ({
    kmeans: {
      'tfjs-wasm': async () => (await import('./tfjs_wasm.js')).tfjsWasm(wasmFiles),
      'jax-js-wasm': async () => (await import('./jax.js')).jax('wasm'),
      'ml-kmeans': async () => (await import('./javascript.js')).mlKMeans,
      skmeans: async () => (await import('./javascript.js')).skMeans,
      'thi.ng': async () => (await import('./javascript.js')).thing,
    },
    mixture: {},
    pca: { 'ml-pca': async () => (await import('./javascript.js')).mlPca },
  }) satisfies Loaders;
