import * as tf from '@tensorflow/tfjs';
import type { Workload } from '../workload.js';
import type { Contender } from './contender.js';

/** One of Lloyd's iterations as one writes it with tensors: the N x K distances are written out. */
const step = (points: tf.Tensor2D, centroids: tf.Tensor2D, k: number) =>
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

/** TensorFlow.js on one of its backends, which `prepare` loads. */
export const tfjs =
  (backend: 'webgpu' | 'wasm', prepare: () => Promise<unknown>): Contender<'kmeans'> =>
  async () => {
    await prepare();
    if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no ${backend} backend here`);
    await tf.ready();
    return {
      load({ data, n, d, k, start }: Workload) {
        const points = tf.tensor2d(data, [n, d]);
        return Promise.resolve({
          async iterate(iterations: number) {
            let centroids = tf.tensor2d(start, [k, d]);
            for (let i = 0; i < iterations; i++) {
              const next = step(points, centroids, k);
              centroids.dispose();
              centroids = next;
            }
            const result = { centroids: await centroids.data() };
            centroids.dispose();
            return { result, iterations };
          },
          dispose() {
            points.dispose();
          },
        });
      },
      dispose: () => undefined,
    };
  };

export const tfjsWebGpu = tfjs('webgpu', () => import('@tensorflow/tfjs-backend-webgpu'));
