import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import type { Contender } from './contender.js';

/** Lloyd's iterations as one writes them with tensors: the N x K distances are written out. */
export const tfjsWebGpu: Contender = {
  name: 'tfjs-webgpu',
  onDriver: true,
  async prepare({ data, n, d, k, start }) {
    await tf.setBackend('webgpu');
    const points = tf.tensor2d(data, [n, d]);
    const step = (centroids: tf.Tensor2D) =>
      tf.tidy(() => {
        const scores = tf.sub(
          tf.sum(tf.square(centroids), 1),
          tf.mul(tf.matMul(points, centroids, false, true), 2),
        );
        const oneHot = tf.oneHot(tf.argMin<tf.Tensor1D>(scores, 1), k).toFloat() as tf.Tensor2D;
        const counts = tf.sum(oneHot, 0);
        const sums = tf.matMul(oneHot, points, true, false);
        const means = tf.div(sums, tf.expandDims(tf.maximum(counts, 1), 1));
        const isEmpty = tf.expandDims(tf.equal(counts, 0), 1);
        return tf.where(isEmpty, centroids, means) as tf.Tensor2D;
      });
    return {
      async iterate(iterations) {
        let centroids = tf.tensor2d(start, [k, d]);
        for (let i = 0; i < iterations; i++) {
          const next = step(centroids);
          centroids.dispose();
          centroids = next;
        }
        const result = await centroids.data();
        centroids.dispose();
        return result;
      },
      deviceBytes: () => tf.memory().numBytes,
      dispose() {
        points.dispose();
      },
    };
  },
};
