/** Matrices of other layouts that lie on a device, and results that stay there. */
import type { GpuMatrix, GpuResult, GpuVector } from '../../../src/index.js';
import { toFloat16 } from '../../../src/rows/float16.js';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat } from '../expect.js';
import { type Own, onOwnDevice } from './device.js';
import { clouds, fit, outcome, type Rows } from './support.js';

const MAP_READ = 0x01;
const COPY_SRC = 0x04;
const COPY_DST = 0x08;
const VERTEX = 0x20;

const points = clouds(700, 5, 3, 1);
/** What any type holds. */
const whole: Rows = { ...points, data: points.data.map((value) => Math.round(128 + 20 * value)) };

/** Rows on the device behind `before` numbers, with `gap` numbers after each. */
function laid(
  { device }: Own,
  { data, shape: [n, d] }: Rows,
  numbers: Float32Array | Uint16Array | Uint8Array,
  before: number,
  gap: number,
): Pick<GpuMatrix, 'buffer' | 'shape' | 'offset' | 'stride'> {
  const { BYTES_PER_ELEMENT: bytes } = numbers;
  data.forEach((value, at) => {
    const place = before + Math.floor(at / d) * (d + gap) + (at % d);
    numbers[place] = numbers instanceof Uint16Array ? toFloat16(value) : value;
  });
  const buffer = device.createBuffer({ size: numbers.byteLength, usage: COPY_SRC | COPY_DST });
  device.queue.writeBuffer(buffer, 0, numbers);
  return { buffer, shape: [n, d], offset: before * bytes, stride: (d + gap) * bytes };
}

/** Numbers for such rows; their bytes make whole words. */
const room = (before: number, gap: number) => 4 * Math.ceil((before + 700 * (5 + gap)) / 4);

type MapAsync = (
  this: GPUBuffer,
  ...given: Parameters<GPUBuffer['mapAsync']>
) => ReturnType<GPUBuffer['mapAsync']>;

/** How often anything was mapped on the device while `work` ran. */
async function mappings(device: GPUDevice, work: () => Promise<void>): Promise<number> {
  const some = device.createBuffer({ size: 4, usage: MAP_READ | COPY_DST });
  const prototype = Object.getPrototypeOf(some) as GPUBuffer;
  const mapAsync: MapAsync = Reflect.get<GPUBuffer, 'mapAsync'>(prototype, 'mapAsync');
  let count = 0;
  prototype.mapAsync = function (...given) {
    count++;
    return mapAsync.apply(this, given);
  };
  try {
    await work();
  } finally {
    prototype.mapAsync = mapAsync;
    some.destroy();
  }
  return count;
}

async function read({ device, buffer, shape }: GpuVector | GpuResult): Promise<Float32Array> {
  const size = 4 * shape.reduce((product, side) => product * side, 1);
  const staging = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  const values = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return values;
}

const labelsOf = async (labels: GpuVector) => new Uint32Array((await read(labels)).buffer);

export const kmeansOnDevice: Suite = {
  name: 'results on the device',
  where: 'each runtime',
  cases: [
    onOwnDevice(
      'float16, bytes, an offset and gaps give what the same numbers on the host give',
      async (context, own) => {
        const { runtime, device } = own;
        const expected = outcome(await fit(context, whole, { k: 4, runtime }));
        for (const [name, matrix] of Object.entries({
          float32: { ...laid(own, whole, new Float32Array(room(3, 2)), 3, 2) },
          float16: { ...laid(own, whole, new Uint16Array(room(5, 1)), 5, 1), type: 'float16' },
          uint8: { ...laid(own, whole, new Uint8Array(room(1, 0)), 1, 0), type: 'uint8' },
        } satisfies Record<string, GpuMatrix>)) {
          expectEqual(outcome(await fit(context, matrix, { k: 4, runtime })), expected, name);
          // With the buffer's own device in the place of a runtime.
          const model = await fit(context, { ...matrix, device }, { k: 4 });
          expectEqual(outcome(model), expected, `${name}, by its device`);
          matrix.buffer.destroy();
        }
      },
    ),
    onOwnDevice(
      'labels, distances and responsibilities stay there, and nothing is read back',
      async (context, { device, runtime, upload }) => {
        const { gaussianMixture, pca } = context.library;
        const matrix = { ...upload(points), device, finite: true };
        const [model, cosine, mixture, axes] = [
          await fit(context, points, { k: 4, runtime }),
          await fit(context, points, { k: 3, metric: 'cosine', runtime }),
          await gaussianMixture(points, { k: 3, runtime }),
          await pca(points, { nComponents: 2, runtime }),
        ];
        const labels: GpuVector[] = [];
        const numbers: (GpuVector | GpuResult)[] = [];
        const output = { output: 'gpu', usage: VERTEX } as const;
        const mapped = await mappings(device, async () => {
          labels.push(await model.predict(matrix, { ...output, runtime }));
          labels.push(await mixture.predict(matrix, { ...output, runtime }));
          numbers.push(await model.transform(matrix, { ...output, runtime }));
          numbers.push(await cosine.transform(matrix, { ...output, runtime }));
          numbers.push(await mixture.predictProba(matrix, { ...output, runtime }));
          numbers.push(await mixture.scoreSamples(matrix, { ...output, runtime }));
          numbers.push(await axes.transform(matrix, output));
        });
        expectEqual(mapped, 0, 'mappings');
        for (const { buffer } of [...labels, ...numbers]) {
          expectThat((buffer.usage & VERTEX) !== 0, 'a result is no vertex buffer.');
        }
        expectEqual(await labelsOf(labels[0]), model.labels, 'labels');
        expectEqual(await labelsOf(labels[1]), mixture.labels, 'components');
        const expected = [
          (await model.transform(points, { runtime })).data,
          (await cosine.transform(points, { runtime })).data,
          (await mixture.predictProba(points, { runtime })).data,
          await mixture.scoreSamples(points, { runtime }),
          (await axes.transform(points, { runtime })).data,
        ];
        for (const [i, values] of expected.entries()) {
          const because = 'WGSL grants a root some roundings';
          expectClose(await read(numbers[i]), values, { relative: 1e-6, because });
        }
        expectEqual([...numbers[2].shape], [700, 3], 'shape');
        for (const { buffer } of [...labels, ...numbers, matrix]) buffer.destroy();
      },
    ),
    onOwnDevice(
      'a fit leaves its labels and centroids there, whichever restart wins',
      async (context, { runtime }) => {
        const options = { k: 5, init: 'random', nInit: 4, seed: 3, runtime } as const;
        const expected = await fit(context, points, options);
        const model = await context.library.kmeans(points, { ...options, output: 'gpu' });
        expectEqual(await labelsOf(model.labels), expected.labels, 'labels');
        expectEqual(model.counts, expected.counts, 'counts');
        expectSameBits(model.inertia, expected.inertia, 'inertia');
        expectSameBits(model.centroids.data, expected.centroids.data, 'centroids');
        const centroids = await read(model.deviceCentroids);
        expectSameBits(centroids, Float32Array.from(expected.centroids.data), 'on the device');
        expectEqual(await model.predict(points, { runtime }), expected.labels, 'predict');
        model.dispose();
      },
    ),
  ],
};
