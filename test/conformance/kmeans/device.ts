/** Devices and matrices that the caller brings. */
import type { GpuMatrix, NonFiniteError, Runtime } from '../../../src/index.js';
import { type Case, type ConformanceContext, everywhere, type Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThrows } from '../expect.js';
import { clouds, fit, head, outcome, type Rows, SEEDINGS } from './support.js';

// Node has no GPUBufferUsage to name these.
const COPY_SRC = 0x04;
const COPY_DST = 0x08;

/** A device of the caller's with default limits, and a runtime around it. */
export interface Own {
  readonly device: GPUDevice;
  readonly runtime: Runtime;
  /** Copies rows to the device. */
  readonly upload: (rows: Rows, bytes?: number, usage?: number) => GpuMatrix;
}

/** Kept for all cases, as compiling the kernels takes longer than they do. */
let kept: Promise<Own> | undefined;

async function makeOwn({ library, requestAdapter }: ConformanceContext): Promise<Own> {
  const device = await (await requestAdapter()).requestDevice();
  const runtime = await library.createRuntime({ device });
  const upload: Own['upload'] = ({ data, shape }, size = data.byteLength, usage = COPY_SRC) => {
    const buffer = device.createBuffer({ size, usage: usage | COPY_DST });
    const bytes = Math.min(size, data.byteLength);
    device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, bytes);
    return { buffer, shape };
  };
  return { device, runtime, upload };
}

/** A case on a device of the caller's. */
export const onOwnDevice = (
  name: string,
  run: (context: ConformanceContext, own: Own) => Promise<void>,
): Case => ({
  name,
  needsGpu: true,
  run: async (context) => {
    kept ??= makeOwn(context);
    await run(context, await kept);
  },
});

const points = clouds(3000, 7, 1, 1);

const resident = (metric: 'euclidean' | 'cosine', storage: 'float32' | 'float16' = 'float32') =>
  onOwnDevice(
    `a matrix on the device gives the bits of one on the host: ${metric}, ${storage}`,
    async (context, { runtime, upload }) => {
      const matrix = upload(points);
      for (const init of SEEDINGS) {
        const options = { k: 6, init, nInit: 1, maxIter: 8, metric, storage, runtime } as const;
        const [model, expected] = [
          await fit(context, matrix, options),
          await fit(context, points, options),
        ];
        expectEqual(outcome(model), outcome(expected), init);
        expectEqual(await model.predict(matrix, { runtime }), expected.labels, 'predict');
        const distances = await expected.transform(points, { runtime });
        expectSameBits(
          (await model.transform(matrix, { runtime })).data,
          distances.data,
          'transform',
        );
        expectSameBits(
          await model.score(matrix, { runtime }),
          await model.score(points, { runtime }),
          'score',
        );
      }
    },
  );

export const kmeansDevice: Suite = {
  name: 'kmeans device',
  // The host finds the rows; the kernels are those of rows it brings itself.
  where: 'each runtime',
  cases: [
    everywhere(resident('euclidean')),
    resident('cosine'),
    resident('euclidean', 'float16'),
    resident('cosine', 'float16'),
    {
      name: 'disposing of a runtime spares a borrowed device and its buffers, and destroys an own one',
      needsGpu: true,
      run: async (context) => {
        const { device, runtime, upload } = await makeOwn(context);
        const some = head(points, 64);
        const matrix = upload(some);
        const expected = outcome(await fit(context, matrix, { k: 2, runtime }));
        const own = await context.library.createRuntime();
        runtime.dispose();
        own.dispose();
        expectEqual((await own.device.lost).reason, 'destroyed', 'the own device');
        const again = await context.library.createRuntime({ device });
        expectEqual(outcome(await fit(context, matrix, { k: 2, runtime: again })), expected);
        again.dispose();
        device.destroy();
      },
    },
    onOwnDevice('a buffer may be larger than its matrix', async (context, { runtime, upload }) => {
      const large = upload(points);
      const some = head(points, 100);
      const model = await fit(
        context,
        { buffer: large.buffer, shape: some.shape },
        { k: 3, runtime },
      );
      expectEqual(outcome(model), outcome(await fit(context, some, { k: 3, runtime })), 'model');
    }),
    onOwnDevice(
      'NaN and infinity are found on the device, with row and column',
      async (context, { runtime, upload }) => {
        const model = await fit(context, points, { k: 3, maxIter: 2, runtime });
        for (const [value, row, column] of [
          [Number.NaN, 0, 0],
          [Number.NEGATIVE_INFINITY, 1234, 5],
          [Number.POSITIVE_INFINITY, 2999, 6],
        ]) {
          const data = points.data.slice();
          data[row * 7 + column] = value;
          // The first is the one to be named.
          data[2999 * 7 + 6] = Number.POSITIVE_INFINITY;
          const matrix = upload({ ...points, data });
          const expected = {
            name: 'NonFiniteError',
            message: new RegExp(`row ${row}, column ${column} is ${value}`),
          };
          for (const action of [
            () => context.library.kmeans(matrix, { k: 3, runtime }),
            () => model.predict(matrix, { runtime }),
            () => model.transform(matrix, { runtime }),
            () => model.score(matrix, { runtime }),
          ]) {
            const error = await expectThrows(action, expected);
            const given = error as Partial<NonFiniteError>;
            expectEqual([given.row, given.column], [row, column], 'row and column');
          }
        }
      },
    ),
    onOwnDevice(
      'what cannot be read is refused',
      async ({ library: { kmeans } }, { runtime, upload }) => {
        const name = 'InvalidArgumentError';
        const small = upload(points, 4 * 7 * 2999);
        await expectThrows(() => kmeans(small, { k: 3, runtime }), {
          name,
          message: /83972 bytes.*84000/s,
        });
        const locked = upload(points, undefined, 0);
        await expectThrows(() => kmeans(locked, { k: 3, runtime }), { name, message: /COPY_SRC/ });
        const good = upload(points);
        await expectThrows(() => kmeans(good, { k: 3 }), {
          name,
          message: /createRuntime\(\{ device \}\)/,
        });
        await expectThrows(() => kmeans(good, { k: 3, runtime: 'cpu' }), { name, message: /CPU/ });
        const flat = { ...good, shape: [3000, 0] as const };
        await expectThrows(() => kmeans(flat, { k: 3, runtime }), {
          name: 'ShapeError',
          message: /\[3000,0\]/,
        });
      },
    ),
    onOwnDevice(
      'a width that does not fit is refused in predict',
      async (context, { runtime, upload }) => {
        const model = await fit(context, points, { k: 2, maxIter: 2, runtime });
        const matrix = { ...upload(points), shape: [100, 6] as const };
        await expectThrows(() => model.predict(matrix, { runtime }), {
          name: 'ShapeError',
          message: /6 columns.*7/,
        });
      },
    ),
  ],
};
