/**
 * A transformer's output -> embeddings of sentences -> clusters -> a point cloud, all on one GPU device: nothing of
 * the size of the data is read back.
 *
 *     node examples/embeddings_to_points.mjs
 *
 * In a page the hidden state comes from transformers.js, which leaves it on its device:
 *
 *     const model = await AutoModel.from_pretrained(id, {
 *       device: 'webgpu',
 *       session_options: { preferredOutputLocation: 'gpu-buffer' },
 *     });
 *     const { last_hidden_state } = await model(inputs);
 *     const device = await env.backends.onnx.webgpu.device;
 *     const cloud = await pointCloud(last_hidden_state.ort_tensor, inputs.attention_mask.data, device, 8);
 *
 * three, deck.gl and luma.gl draw from `positions` and `labels` as they lie: toThree(renderer, attribute, positions).
 */
import console from 'node:console';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { createRuntime, kmeans, pca } from 'webgpu-clustering';
import { fromOrt, meanPool } from 'webgpu-clustering/interop';

/** GPUBufferUsage.VERTEX, which Node does not name. */
const VERTEX = 0x20;

/** @param mask 1 for each token that counts, 0 for padding */
export async function pointCloud(hiddenState, mask, device, k) {
  const runtime = await createRuntime({ device });
  // A model gives finite numbers: nothing is read back to check them.
  const tokens = fromOrt(hiddenState, { device, finite: true });
  const embeddings = await meanPool(tokens, { mask, runtime, output: 'gpu' });
  const onDevice = { runtime, output: 'gpu', usage: VERTEX };
  const clusters = await kmeans(embeddings, { k, metric: 'cosine', ...onDevice });
  const axes = await pca(embeddings, { nComponents: 3, runtime });
  const positions = await axes.transform(embeddings, onDevice);
  embeddings.buffer.destroy();
  // positions: float32, n x 3; labels: uint32, n. Destroy their buffers after the last frame.
  return { positions, labels: clusters.labels, counts: clusters.counts, runtime };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [sentences, words, columns] = [60, 7, 32];
  const { device } = await createRuntime();
  const hidden = Float32Array.from({ length: sentences * words * columns }, (_, at) => {
    const topic = Math.floor(at / (words * columns)) % 3;
    return Math.sin(at * 12.9898) / 4 + (at % 3 === topic ? 1 : 0);
  });
  // COPY_SRC | COPY_DST
  const gpuBuffer = device.createBuffer({ size: hidden.byteLength, usage: 0x4 | 0x8 });
  device.queue.writeBuffer(gpuBuffer, 0, hidden);
  const dims = [sentences, words, columns];
  const tensor = { location: 'gpu-buffer', gpuBuffer, dims, type: 'float32' };
  const mask = new Uint8Array(sentences * words).fill(1);
  const { positions, labels, counts } = await pointCloud(tensor, mask, device, 3);
  console.log(
    `${positions.shape.join(' x ')} positions, ${labels.shape[0]} labels, clusters of ${[...counts].sort().join(', ')}`,
  );
  device.destroy();
}
