import { CheckedStream } from '../src/rows/checked_stream.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { streamedRows } from '../src/rows/block_size.js';
import { blobRows, type PointStream } from '../src/rows/point_stream.js';

/** 0, 1, 2, ... in rows of d. */
const counted = (n: number, d: number) => Float32Array.from({ length: n * d }, (_, at) => at);

function inBlocks(n: number, d: number, sizes: readonly number[]): PointStream {
  const data = counted(n, d);
  return {
    shape: [n, d],
    *blocks() {
      for (let start = 0, turn = 0; start < n; turn++) {
        const rows = Math.min(sizes[turn % sizes.length], n - start);
        yield data.subarray(start * d, (start + rows) * d);
        start += rows;
      }
    },
  };
}

describe('CheckedStream', () => {
  test('cuts the rows anew, however they come', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
    const small = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(
        small,
        fc.integer({ min: 1, max: 3 }),
        sizes,
        small,
        async (n, d, s, rows) => {
          const stream = await CheckedStream.open('points', inBlocks(n, d, s));
          for (let pass = 0; pass < 2; pass++) {
            const lengths: number[] = [];
            const all: number[] = [];
            for await (const block of stream.blocks(rows)) {
              lengths.push(block.length / d);
              all.push(...block);
            }
            expect(all).toEqual([...counted(n, d)]);
            expect(lengths.slice(0, -1).every((length) => length === rows)).toBe(true);
            expect(lengths).toHaveLength(Math.ceil(n / rows));
          }
          expect(await stream.collect()).toEqual(counted(n, d));
        },
      ),
    );
  });

  test('numbers of float64 lose their column means before they are rounded', async () => {
    const data = Float64Array.from([1e9 + 1, 2, 1e9 + 3, 4]);
    const blocks = () => [data.subarray(0, 2), data.subarray(2)];
    const stream = await CheckedStream.open('points', { shape: [2, 2], blocks });
    expect(stream.shift).toEqual(Float64Array.of(1e9 + 2, 3));
    expect(await stream.collect()).toEqual(Float32Array.of(-1, -1, 1, 1));
  });

  test('a pass that is given up ends the source', async () => {
    let ended = 0;
    const stream = await CheckedStream.open('points', {
      shape: [4, 1],
      *blocks() {
        try {
          for (let i = 0; i < 4; i++) yield Float32Array.of(i);
        } finally {
          ended++;
        }
      },
    });
    expect(ended).toBe(1);
    for await (const block of stream.blocks(1)) if (block[0] === 1) break;
    expect(ended).toBe(2);
  });
});

test('blobRows reads a large blob in several blocks', async () => {
  const data = counted(3000, 1000);
  const lengths: number[] = [];
  const all = new Float32Array(data.length);
  let filled = 0;
  for await (const block of blobRows(new Blob([data]), 1000).blocks()) {
    all.set(block as Float32Array, filled);
    filled += (block as Float32Array).length;
    lengths.push((block as Float32Array).length / 1000);
  }
  expect(lengths.length).toBeGreaterThan(1);
  expect(all.every((value, at) => value === data[at])).toBe(true);
});

describe('streamedRows', () => {
  const limits = (bytes: number) => ({
    maxBufferSize: bytes,
    maxStorageBufferBindingSize: 2 * bytes,
    maxComputeWorkgroupsPerDimension: 65535,
  });

  test('two chunks as packed, and as they came, fit what one buffer may hold', () => {
    for (const bytes of [2 ** 18, 2 ** 20, 2 ** 27]) {
      for (const quads of [1, 4, 25]) {
        const rows = streamedRows(quads, limits(bytes));
        expect(rows % 1024).toBe(0);
        if (rows > 1024) expect(4 * 16 * quads * rows).toBeLessThanOrEqual(bytes);
      }
    }
  });

  test('at most 8 MiB, at least 1,024 rows', () => {
    expect(streamedRows(4, limits(2 ** 32))).toBe(2 ** 17);
    expect(streamedRows(2000, limits(2 ** 32))).toBe(1024);
  });
});
