/** Streams that are wrong, break off or are cancelled. */
import type { PointBlock, PointStream } from '../../../src/index.js';
import type { ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectThat, expectThrows } from '../expect.js';
import { smallRuntime, streamed } from './stream_support.js';
import { clouds, fit, head } from './support.js';

const points = clouds(6000, 5, 3, 1);
const { data } = points;
const shape = [6000, 5] as const;

/** Nothing of a failed fit stays on the device, and the next one works. */
async function refuses(
  context: ConformanceContext,
  stream: PointStream,
  pattern: Parameters<typeof expectThrows>[1],
): Promise<Error> {
  const runtime = await smallRuntime(context);
  const used = runtime === 'cpu' ? 0 : runtime.pool.usedBytes;
  const error = await expectThrows(
    () => context.library.kmeans(stream, { k: 3, init: head(points, 3), runtime }),
    pattern,
  );
  if (runtime !== 'cpu') expectEqual(runtime.pool.usedBytes, used, 'bytes in use');
  await fit(context, streamed(points), { k: 3, maxIter: 1, runtime });
  return error;
}

const parts = (...blocks: readonly PointBlock[]): PointStream => ({ shape, blocks: () => blocks });

export const kmeansStreamErrors: Suite = {
  name: 'kmeans stream errors',
  // The host reads streams.
  where: 'each runtime',
  cases: [
    {
      name: 'too few rows, too many, and a pass that does not start anew',
      run: async (context) => {
        const pattern = { name: 'ShapeError', code: 'shape' };
        const few = parts(data.subarray(0, 5 * 5999));
        await refuses(context, few, { ...pattern, message: /5999 of the 6000 rows/ });
        await refuses(context, parts(), { ...pattern, message: /0 of the 6000 rows/ });
        const many = parts(data, data.subarray(0, 5));
        await refuses(context, many, { ...pattern, message: /more than the 6000 rows/ });
        const iterator = [data.subarray(0, 10), data.subarray(10)].values();
        const spent = { shape, blocks: () => ({ [Symbol.iterator]: () => iterator }) };
        await refuses(context, spent, { ...pattern, message: /each time it is called/ });
      },
    },
    {
      name: 'rows of another width, and blocks that are no whole number of rows',
      run: async (context) => {
        const pattern = { name: 'ShapeError', code: 'shape' };
        const wide = parts(data.subarray(0, 50), { data: data.subarray(50, 62), shape: [2, 6] });
        await refuses(context, wide, { ...pattern, message: /6 columns, but 5/ });
        const broken = parts(data.subarray(0, 50), data.subarray(50, 53));
        await refuses(context, broken, { ...pattern, message: /row 10 has 3 numbers/ });
      },
    },
    {
      name: 'NaN and infinity, with row and column in the whole',
      run: async (context) => {
        for (const Kind of [Float32Array, Float64Array]) {
          const values = Kind.from(data);
          values[5 * 2345 + 2] = Kind === Float32Array ? Number.NaN : 1e39;
          const stream = streamed({ data: values, shape });
          const error = await refuses(context, stream, { name: 'NonFiniteError' });
          expectThat(/row 2345, column 2/.test(error.message), error.message);
          expectEqual(stream.ended, stream.begun, 'passes ended');
        }
        const text = parts([[1, 2, 3, 'x' as never, 5]]);
        await refuses(context, text, { name: 'NonFiniteError', message: /row 0, column 3/ });
      },
    },
    {
      name: 'rows that change from one pass to the next',
      needsGpu: true,
      run: async (context) => {
        let pass = 0;
        const stream: PointStream = {
          shape,
          blocks: () => {
            const changed = data.slice();
            if (++pass === 3) changed[5 * 1500] += 1;
            return [changed];
          },
        };
        await refuses(context, stream, {
          name: 'InvalidArgumentError',
          message: /rows from 0 to 2047 are not those of an earlier pass/,
        });
      },
    },
    {
      name: 'blocks of unlike precision; no blocks at all; a shape that is none',
      run: async (context) => {
        const pattern = { name: 'InvalidArgumentError', code: 'invalid-argument' };
        const mixed = parts(data.subarray(0, 50), Float64Array.from(data.subarray(50)));
        await refuses(context, mixed, { ...pattern, message: /row 10 .*precision/ });
        const missing = { shape, blocks: undefined } as never;
        await refuses(context, missing, { ...pattern, message: /points\.blocks is undefined/ });
        const nothing = { shape, blocks: () => undefined } as never;
        await refuses(context, nothing, { ...pattern, message: /generator function/ });
        const shapeless = { shape: [0, 5], blocks: () => [data] } as never;
        await refuses(context, shapeless, { name: 'ShapeError', message: /\[0,5\]/ });
      },
    },
    {
      name: 'all zeros in a row, which has no direction',
      run: async (context) => {
        const zeros = { data: data.slice().fill(0, 5 * 2222, 5 * 2223), shape };
        const runtime = await smallRuntime(context);
        await expectThrows(
          () => context.library.kmeans(streamed(zeros), { k: 3, metric: 'cosine', runtime }),
          { name: 'InvalidArgumentError', message: /row 2222 is all zeros/ },
        );
      },
    },
    {
      name: 'a Blob that is no whole number of rows',
      run: async ({ library }) => {
        const blob = new Blob([new Uint8Array(30)]);
        const pattern = { name: 'InvalidArgumentError', code: 'invalid-argument' };
        const cases = [
          [() => library.blobRows(blob, 4), /30 bytes.*16 each/s],
          [() => library.blobRows(blob, 4, 30), /0 bytes/],
          [() => library.blobRows(blob, 0), /columns is 0/],
          [() => library.blobRows(blob, 4, -1), /byteOffset is -1/],
        ] as const;
        for (const [action, message] of cases) await expectThrows(action, { ...pattern, message });
      },
    },
    {
      name: 'an error of the source is what the fit rejects with',
      run: async (context) => {
        for (const failing of [1, 2, 3]) {
          let pass = 0;
          const stream: PointStream = {
            shape,
            // eslint-disable-next-line @typescript-eslint/require-await
            async *blocks() {
              yield data.subarray(0, 5 * 2000);
              if (++pass >= failing) throw new RangeError('the disk is gone');
              yield data.subarray(5 * 2000);
            },
          };
          if (failing > 1 && !context.gpu) continue;
          await refuses(context, stream, { name: 'RangeError', message: /^the disk is gone$/ });
        }
      },
    },
    {
      name: 'cancelled while the source hangs, and in the midst of a pass',
      where: 'everywhere',
      run: async (context) => {
        const runtime = await smallRuntime(context);
        for (const hangs of [true, false]) {
          const controller = new AbortController();
          const reason = new RangeError('enough');
          const abort = () => {
            controller.abort(reason);
          };
          let given = 0;
          const stream: PointStream = {
            shape,
            async *blocks() {
              for (let row = 0; row < 6000; row += 500) {
                if (++given === 5) {
                  if (hangs) setTimeout(abort, 5);
                  else abort();
                  if (hangs) await new Promise(() => undefined);
                }
                yield data.subarray(5 * row, 5 * (row + 500));
              }
            },
          };
          const { signal } = controller;
          const options = { k: 12, tol: 0, maxIter: 100_000, init: head(points, 12), runtime };
          let rejected: unknown;
          await context.library.kmeans(stream, { ...options, signal }).catch((error: unknown) => {
            rejected = error;
          });
          expectThat(rejected === reason, `rejected with ${String(rejected)}.`);
        }
        await fit(context, streamed(points), { k: 3, maxIter: 1, runtime });
      },
    },
  ],
};
