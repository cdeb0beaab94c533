/** Tensors of other libraries, from their device to ours and back. */
import { kmeans } from '../../src/index.js';
import { fromOrt, meanPool, toOrt } from '../../src/interop/index.js';
import { toFloat16 } from '../../src/rows/float16.js';
import { type Case, everywhere, type Suite } from './case.js';
import { expectClose, expectEqual, expectThrows } from './expect.js';
import { openRuntime } from './kernels/lab.js';

const COPY_SRC = 0x04;
const COPY_DST = 0x08;

const [b, t, d] = [12, 5, 6];
/** Sentences of two kinds, in numbers that float16 holds. */
const hidden = Float32Array.from({ length: b * t * d }, (_, at) => {
  const sentence = Math.floor(at / (t * d));
  return (((at * 7919) % 64) - 32) / 64 + (at % d === sentence % 2 ? 4 : 0);
});
/** Of a tokenizer, which counts in 64 bits: of some sentences the last tokens are padding. */
const mask = BigInt64Array.from({ length: b * t }, (_, i) =>
  i % t < 5 - (Math.floor(i / t) % 3) ? 1n : 0n,
);

const hiddenState: Case = {
  name: 'a transformer’s hidden state becomes embeddings and clusters on its device',
  run: async (context) => {
    const rows = { data: hidden, shape: [b, t, d] };
    const expected = await meanPool(rows, { mask, runtime: 'cpu' });
    const clusters = await kmeans(expected, { k: 2, metric: 'cosine', runtime: 'cpu' });
    await expectThrows(() => meanPool(rows, { mask: [1], runtime: 'cpu' }), { name: 'ShapeError' });
    if (!context.gpu) return;
    const runtime = await openRuntime(context);
    const { device } = runtime;
    try {
      for (const type of ['float32', 'float16'] as const) {
        const data =
          type === 'float32' ? hidden : Uint16Array.from(hidden, (value) => toFloat16(value));
        const gpuBuffer = device.createBuffer({
          size: data.byteLength + 64,
          usage: COPY_SRC | COPY_DST,
        });
        device.queue.writeBuffer(gpuBuffer, 0, data);
        const tensor = { location: 'gpu-buffer', gpuBuffer, dims: [b, t, d], type };
        const tokens = fromOrt(tensor, { device, finite: true });
        const embeddings = await meanPool(tokens, { mask, runtime, output: 'gpu' });
        const read = await meanPool(tokens, { mask, runtime });
        const because = 'means in float32';
        expectClose(read.data, expected.data, { absolute: 1e-6, because, what: type });
        const { labels } = await kmeans(embeddings, { k: 2, metric: 'cosine', runtime });
        expectEqual(labels, clusters.labels, 'labels');
        const again = toOrt(
          { fromGpuBuffer: (buffer, { dims }) => ({ buffer, dims }) },
          embeddings,
        );
        expectEqual([again.buffer === embeddings.buffer, ...again.dims], [true, b, d], 'tensor');
        embeddings.buffer.destroy();
        gpuBuffer.destroy();
      }
    } finally {
      runtime.dispose();
    }
  },
};

export const interop: Suite = {
  name: 'interop',
  where: 'each runtime',
  cases: [everywhere(hiddenState)],
};
