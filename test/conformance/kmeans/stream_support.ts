/** Streams of rows, and a device that is too small for them. */
import type { NumericArray, PointBlock, PointStream, Runtime } from '../../../src/index.js';
import type { ConformanceContext } from '../case.js';

/** Bytes that the small device allows in one buffer. */
export const BUFFER_LIMIT = 256 * 1024;

/** Kept for all cases, as compiling the kernels takes longer than they do. */
let limited: Promise<Runtime> | undefined;

/** The case's engine: on a GPU a runtime of buffers so small that chunks have 1,024 rows. */
export function smallRuntime({ gpu, library }: ConformanceContext): Promise<Runtime> | 'cpu' {
  if (!gpu) return 'cpu';
  const limits = { maxBufferSize: BUFFER_LIMIT, maxStorageBufferBindingSize: BUFFER_LIMIT };
  limited ??= library.createRuntime({ limits });
  return limited;
}

interface HostRows {
  readonly data: NumericArray;
  readonly shape: readonly [rows: number, columns: number];
}

/** A stream, and how often it was begun and ended. */
export interface CountedStream extends PointStream {
  begun: number;
  ended: number;
}

/** Rows in blocks of the given numbers of rows, in turn; each block reuses the memory of the last. */
export function streamed(
  { data, shape }: HostRows,
  sizes: readonly number[] = [700],
): CountedStream {
  const [n, d] = shape;
  const memory = data.slice(0, Math.max(...sizes) * d);
  const stream: CountedStream = {
    shape,
    begun: 0,
    ended: 0,
    async *blocks(): AsyncGenerator<PointBlock> {
      stream.begun++;
      try {
        let start = 0;
        for (let turn = 0; start < n; turn++) {
          const rows = Math.min(sizes[turn % sizes.length], n - start);
          memory.set(data.subarray(start * d, (start + rows) * d));
          start += rows;
          await Promise.resolve();
          yield memory.subarray(0, rows * d);
          // What is read too late is wrong.
          memory.fill(99);
        }
      } finally {
        stream.ended++;
      }
    },
  };
  return stream;
}
