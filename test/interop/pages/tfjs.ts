/** tfjs makes rows on its device; our labels are its tensor, with which it goes on. */
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs';
import { kmeans } from 'webgpu-clustering';
import { fromTfjs, toTfjs } from 'webgpu-clustering/interop';
import { readBack, STARTS, type Told, turns } from './read_back.js';

export async function run(n: number, d: number): Promise<Told> {
  await tf.setBackend('webgpu');
  await tf.ready();
  const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
  const rows = tf.mul(tf.tensor2d(turns(n, d), [n, d]), 2);
  const lent = fromTfjs(rows, { device, finite: true });
  const init = STARTS(d).map((start) => start.map((value) => 2 * value));
  const fit = await readBack(() => kmeans(lent, { k: 2, init, output: 'gpu' }));
  const way = await readBack(async () => {
    const labels = await fit.result.predict(lent, { output: 'gpu' });
    return tf.mul(toTfjs(tf, labels), tf.scalar(10, 'int32'));
  });
  lent.release();
  return { fit: fit.bytes, between: way.times, end: [...(await way.result.data())] };
}
