/** Who is measured, in the order of the table. The code of each is loaded only where it runs. */
import type { Method } from '../workload.js';
import type { Contender } from './contender.js';

export const OURS = 'webgpu-clustering';

export interface ContenderFacts {
  readonly name: string;
  /**
   * Where it computes: on the WebGPU adapter, in JavaScript and WebAssembly beside it, or in a
   * Python of its own.
   */
  readonly place: 'adapter' | 'script' | 'python';
  readonly methods: readonly Method[];
}

export const CONTENDERS: readonly ContenderFacts[] = [
  { name: OURS, place: 'adapter', methods: ['kmeans', 'mixture', 'pca'] },
  { name: 'webgpu-clustering-lloyd', place: 'adapter', methods: ['kmeans'] },
  { name: 'plain-kernels', place: 'adapter', methods: ['kmeans'] },
  { name: 'tfjs-webgpu', place: 'adapter', methods: ['kmeans', 'mixture'] },
  { name: 'jax-js-webgpu', place: 'adapter', methods: ['kmeans'] },
  { name: 'tfjs-wasm', place: 'script', methods: ['kmeans'] },
  { name: 'jax-js-wasm', place: 'script', methods: ['kmeans'] },
  { name: 'ml-kmeans', place: 'script', methods: ['kmeans'] },
  { name: 'skmeans', place: 'script', methods: ['kmeans'] },
  { name: 'thi.ng', place: 'script', methods: ['kmeans'] },
  { name: 'ml-pca', place: 'script', methods: ['pca'] },
  { name: 'scikit-learn', place: 'python', methods: ['kmeans', 'mixture', 'pca'] },
  { name: 'scikit-learn-elkan', place: 'python', methods: ['kmeans'] },
  { name: 'faiss', place: 'python', methods: ['kmeans'] },
  { name: 'numpy-covariance', place: 'python', methods: ['pca'] },
];

/** How to load contenders of each method, by name. */
export type Loaders = {
  readonly [M in Method]: Readonly<Record<string, () => Promise<Contender<M>>>>;
};
