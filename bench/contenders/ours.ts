import { createRuntime } from '../../src/index.js';
import { deviceBackend } from '../../src/device/kmeans.js';
import type { Contender } from './contender.js';

/** This library on WebGPU. */
export const ours: Contender = {
  name: 'webgpu-clustering',
  onDriver: true,
  async prepare({ data, n, d, k, start }) {
    const runtime = await createRuntime();
    const session = await deviceBackend(runtime).load(
      { data, shape: [n, d] },
      { metric: 'euclidean' },
    );
    const centred = start.map((value, at) => value - session.shift[at % d]);
    return {
      async iterate(iterations) {
        const options = { maxIter: iterations, tolerance: 0 };
        const { centroids } = await session.lloyd(centred, k, options);
        return centroids.map((value, at) => value + session.shift[at % d]);
      },
      deviceBytes: () => runtime.pool.peakBytes,
      dispose() {
        session.dispose();
        runtime.dispose();
      },
    };
  },
};
