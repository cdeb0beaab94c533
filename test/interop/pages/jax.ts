/** jax-js makes rows on its device; it takes no buffers, so that the labels are read at the end. */
import { defaultDevice, getWebGPUDevice, init, numpy as np } from '@jax-js/jax';
import { createRuntime, kmeans } from 'webgpu-clustering';
import { fromJax } from 'webgpu-clustering/interop';
import { readBack, STARTS, type Told, turns, wordsOf } from './read_back.js';

export async function run(n: number, d: number): Promise<Told> {
  await init('webgpu');
  defaultDevice('webgpu');
  const device = getWebGPUDevice();
  const runtime = await createRuntime({ device });
  const rows = np.array(turns(n, d)).reshape([n, d]).mul(2);
  const begin = STARTS(d).map((start) => start.map((value) => 2 * value));
  const lent = await readBack(() => fromJax(rows, { device, finite: true }));
  const fit = await readBack(() => kmeans(lent.result, { k: 2, init: begin, output: 'gpu' }));
  const way = await readBack(() => fit.result.predict(lent.result, { output: 'gpu', runtime }));
  const end = [...(await wordsOf(device, way.result.buffer, n))];
  return { fit: fit.bytes, between: lent.times + way.times, end };
}
