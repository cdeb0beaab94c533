/** Arrow files and streams, plain and compressed. */
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { decompressLz4Frame } from '../../src/cli/read/lz4_frame.js';
import { readTable } from '../../src/cli/read/read_table.js';
import { expectFileError, temporaryFolder } from './support.js';

const folder = temporaryFolder();

test.each(['file', 'stream'] as const)('numbers of a %s, and text beside them', async (format) => {
  const table = tableFromArrays({
    single: Float32Array.of(1, 2.5, 3),
    whole: Int32Array.of(1, -2, 3),
    long: BigInt64Array.of(1n, 2n, -3n),
    words: ['a', 'b', 'c'],
    gap: [1, null, 3],
  });
  const path = await folder.write('a.arrow', tableToIPC(table, { format })!);
  const read = await readTable(path, { missing: true, texts: true });
  expect(read.columns).toEqual(['single', 'whole', 'long', 'gap']);
  expect(read.shape).toEqual([3, 4]);
  expect([...read.data]).toEqual([1, 1, 1, 1, 2.5, -2, 2, Number.NaN, 3, 3, -3, 3]);
  expect(read.texts).toEqual([
    { name: 'words', codes: Uint32Array.of(0, 1, 2), values: ['a', 'b', 'c'] },
  ]);
  expect(read.notes).toEqual(['Left out, since they hold text or nothing: "words".']);
  await expectFileError(readTable(path), path, /row 1, column "gap": the cell is empty/);
});

test('lists of numbers are the columns', async () => {
  const embedding = [
    [0.5, 1],
    [2, 3],
  ];
  const table = tableFromArrays({ id: Int32Array.of(7, 8), embedding });
  const path = await folder.write('e.arrow', tableToIPC(table, { format: 'file' })!);
  const read = await readTable(path);
  expect(read.columns).toEqual(['embedding[0]', 'embedding[1]']);
  expect(read.data).toEqual(Float32Array.of(0.5, 1, 2, 3));
});

// Written by Polars (nodejs-polars 0.26.1, writeIPC) of test/golden/iris.csv.
test.each([
  ['iris-zstd.arrow', [0x28, 0xb5, 0x2f, 0xfd]],
  ['iris-lz4.arrow', [0x04, 0x22, 0x4d, 0x18]],
])('compressed: %s', async (name, magic) => {
  const bytes = await readFile(`test/demo/files/${name}`);
  const iris = await readTable('test/golden/iris.csv');
  const read = await readTable(await folder.write(name, bytes));
  expect(read.columns).toEqual(iris.columns);
  expect([...read.data]).toEqual([...iris.data]);
  // Damaged: a sentence that names the file, and no numbers.
  const damaged = Uint8Array.from(bytes);
  damaged.fill(0, bytes.indexOf(Uint8Array.from(magic)), -1000);
  const path = await folder.write(name, damaged);
  await expectFileError(readTable(path), path, /it is damaged or no Arrow file/);
});

test('LZ4 frames: literals, overlapping matches, stored blocks', () => {
  // One block: the literals "ab", a match of 8 from 2 back, the literals "xyzzy"; then "raw" stored.
  const packed = [0x24, 97, 98, 2, 0, 0x50, ...Buffer.from('xyzzy')];
  const frame = (block: readonly number[]) =>
    Uint8Array.of(
      ...[0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82],
      ...[block.length, 0, 0, 0, ...block],
      ...[3, 0, 0, 0x80, ...Buffer.from('raw')],
      ...[0, 0, 0, 0],
    );
  const text = 'abababababxyzzyraw';
  const unpack = (block: readonly number[], length: number) =>
    Buffer.from(decompressLz4Frame(frame(block), new Uint8Array(length))).toString();
  expect(unpack(packed, text.length)).toBe(text);
  // Claims of another length, and a match from before the beginning.
  expect(() => unpack(packed, text.length + 1)).toThrow(/damaged/);
  expect(() => unpack(packed, text.length - 1)).toThrow(/damaged/);
  expect(() => unpack([0x14, 97, 9, 0, 0x10, 98], 12)).toThrow(/damaged/);
  expect(() => decompressLz4Frame(frame(packed).subarray(0, 20), new Uint8Array(18))).toThrow();
});
