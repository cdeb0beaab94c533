import { Array as JaxArray, defaultDevice, init, jit, nn, numpy as np } from '@jax-js/jax';
import type { Workload } from '../workload.js';
import type { Contender } from './contender.js';

/** One of Lloyd's iterations as one writes it with jax-js. Each use but the last takes `.ref`. */
const step = (k: number) => (points: JaxArray, centroids: JaxArray) => {
  const norms = np.square(centroids.ref).sum(1);
  const scores = norms.sub(np.matmul(points.ref, centroids.ref.transpose()).mul(2));
  const oneHot = nn.oneHot(np.argmin(scores, 1), k);
  const counts = oneHot.ref.sum(0).reshape([k, 1]);
  const sums = np.matmul(oneHot.transpose(), points);
  const means = sums.div(np.maximum(counts.ref, 1));
  return np.where(counts.equal(0), centroids, means);
};

/** jax-js on one of its devices, the step compiled by its `jit`. */
export const jax =
  (device: 'webgpu' | 'wasm'): Contender<'kmeans'> =>
  async () => {
    const devices = await init(device);
    if (!devices.includes(device)) throw new Error(`jax-js has no ${device} device here`);
    defaultDevice(device);
    return {
      load({ data, n, d, k, start }: Workload) {
        const points = np.array(data).reshape([n, d]);
        const iteration = jit(step(k));
        return Promise.resolve({
          async iterate(iterations: number) {
            let centroids = np.array(start).reshape([k, d]);
            for (let i = 0; i < iterations; i++) centroids = iteration(points.ref, centroids);
            return { result: { centroids: (await centroids.data()) as Float32Array }, iterations };
          },
          dispose() {
            points.dispose();
            iteration.dispose();
          },
        });
      },
      dispose: () => undefined,
    };
  };
