/** Contenders that compute on the WebGPU adapter, of Dawn or of a page. */
import type { Loaders } from './registry.js';

export const onAdapter = {
  kmeans: {
    'webgpu-clustering': async () => (await import('./ours.js')).ours,
    'webgpu-clustering-lloyd': async () => (await import('./ours.js')).oursLloyd,
    'plain-kernels': async () => (await import('./plain.js')).plain,
    'tfjs-webgpu': async () => (await import('./tfjs.js')).tfjsWebGpu,
    'jax-js-webgpu': async () => (await import('./jax.js')).jax('webgpu'),
  },
  mixture: {
    'webgpu-clustering': async () => (await import('./ours.js')).oursMixture,
    'tfjs-webgpu': async () => (await import('./tfjs_mixture.js')).tfjsMixture,
  },
  pca: { 'webgpu-clustering': async () => (await import('./ours.js')).oursPca },
} satisfies Loaders;
