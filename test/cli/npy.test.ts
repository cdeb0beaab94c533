import fc from 'fast-check';
import { zipSync } from 'fflate';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/cli/read/read_table.js';
import {
  bytesOf,
  expectFileError,
  npyFile,
  npyHeader,
  peakMemory,
  temporaryFolder,
} from './support.js';

const folder = temporaryFolder();

async function read(file: Uint8Array, name = 'array.npy') {
  return readTable(await folder.write(name, file));
}

async function refuse(file: Uint8Array, message: RegExp): Promise<void> {
  const path = await folder.write('bad.npy', file);
  const before = peakMemory();
  await expectFileError(readTable(path), path, message);
  expect(peakMemory() - before).toBeLessThan(64 << 20);
}

/** Every element type with a typed array of it, and whether float32 holds all its values. */
const TYPES = [
  ['u1', Uint8Array, true],
  ['i1', Int8Array, true],
  ['u2', Uint16Array, true],
  ['i2', Int16Array, true],
  ['u4', Uint32Array, false],
  ['i4', Int32Array, false],
  ['f4', Float32Array, true],
  ['f8', Float64Array, false],
] as const;

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++)
    out[at] = bytes[at - (at % size) + size - 1 - (at % size)];
  return out;
}

describe('NPY', () => {
  test.each(TYPES)(
    '%s, in both byte orders and both element orders',
    async (type, array, single) => {
      const rows = [
        [1, 2, 3],
        [40, 50, 60],
      ];
      const byRows = array.from(rows.flat());
      const byColumns = array.from([1, 40, 2, 50, 3, 60]);
      for (const order of ['<', '>']) {
        for (const fortran of [false, true]) {
          const bytes = bytesOf(fortran ? byColumns : byRows);
          const data = order === '>' ? swapped(bytes, array.BYTES_PER_ELEMENT) : bytes;
          const table = await read(npyFile(npyHeader(order + type, [2, 3], fortran), data));
          expect(table.data).toBeInstanceOf(single ? Float32Array : Float64Array);
          expect([...table.data]).toEqual(rows.flat());
          expect(table.shape).toEqual([2, 3]);
          expect(table.columns).toEqual(['column0', 'column1', 'column2']);
        }
      }
    },
  );

  test('64-bit integers below 2^53, and only those', async () => {
    const largest = BigInt(Number.MAX_SAFE_INTEGER);
    const fine = BigInt64Array.of(largest, -largest);
    const table = await read(npyFile(npyHeader('<i8', [2]), bytesOf(fine)));
    expect([...table.data]).toEqual([2 ** 53 - 1, 1 - 2 ** 53]);
    await refuse(
      npyFile(npyHeader('<u8', [1, 2]), bytesOf(BigUint64Array.of(1n, largest + 1n))),
      /row 0, column 1 is 9007199254740992; whole numbers must be below 2\^53/,
    );
  });

  test('one dimension is one column', async () => {
    const table = await read(npyFile(npyHeader('<f4', [3]), bytesOf(Float32Array.of(7, 8, 9))));
    expect(table.shape).toEqual([3, 1]);
  });

  test.each([
    [[2, 4, 5], { width: 5, height: 4, channels: 1, layout: 'planar' }],
    [[2, 4, 5, 3], { width: 5, height: 4, channels: 3, layout: 'interleaved' }],
    [[2, 3, 4, 5], { width: 5, height: 4, channels: 3, layout: 'planar' }],
    [[2, 4, 5, 6], undefined],
  ])('bytes of shape %j as images', async (shape, image) => {
    const size = shape.reduce((product, side) => product * side);
    const table = await read(npyFile(npyHeader('|u1', shape), new Uint8Array(size)));
    expect(table.shape).toEqual([2, size / 2]);
    expect(table.image).toEqual(image);
  });

  test('versions 1 to 3, gzipped too, with the header in any order and spacing', async () => {
    const header = "{ 'shape':(2L,) ,'fortran_order' : False, 'descr': '<f4' }   \n";
    const data = bytesOf(Float32Array.of(1, 2));
    for (const version of [1, 2, 3]) {
      expect([...(await read(npyFile(header, data, version))).data]).toEqual([1, 2]);
    }
    const zipped = await read(gzipSync(npyFile(header, data)), 'array.npy.gz');
    expect([...zipped.data]).toEqual([1, 2]);
  });

  test('more than one block in Fortran order', async () => {
    const [n, d] = [70_001, 5];
    const byColumns = Float32Array.from(
      { length: n * d },
      (_, i) => (i % n) * d + Math.floor(i / n),
    );
    const table = await read(npyFile(npyHeader('<f4', [n, d], true), bytesOf(byColumns)));
    expect(table.data.every((value, i) => value === i)).toBe(true);
  });

  test('matrices come back as they went out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TYPES),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.infiniteStream(fc.double()),
        async ([type, array], n, d, numbers) => {
          const data = array.from([...numbers.take(n * d)]);
          const table = await read(npyFile(npyHeader(`<${type}`, [n, d]), bytesOf(data)));
          expect(table.shape).toEqual([n, d]);
          expect([...table.data]).toEqual([...data]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('bad NPY', () => {
  const data = new Uint8Array(16);

  test('a header that promises more than the file holds', async () => {
    await refuse(
      npyFile(npyHeader('<f4', [5]), data),
      /promises 5 x 1 elements of 4 bytes, but 16/,
    );
    await refuse(npyFile(npyHeader('<f4', [2 ** 30]), data), /but 16 bytes follow/);
    await refuse(npyFile(npyHeader('<f8', [2 ** 26, 2 ** 26]), data), /but 16 bytes follow/);
    await refuse(npyFile(npyHeader('<f4', [2, 9007199254740991]), data), /but 16 bytes follow/);
    await refuse(npyFile(npyHeader('<f4', [2 ** 40, 0, 2 ** 40]), data), /holds nothing/);
  });

  test('a header that promises less', async () => {
    await refuse(
      npyFile(npyHeader('<f4', [3]), data),
      /promises 3 x 1 elements of 4 bytes, but 16/,
    );
  });

  test('the same, gzipped: what a stream can unpack to is bounded', async () => {
    const path = await folder.write(
      'bomb.npy.gz',
      gzipSync(npyFile(npyHeader('<f4', [2 ** 30]), data)),
    );
    await expectFileError(readTable(path), path, /but at most \d+ bytes follow/);
    const short = await folder.write('cut.npy.gz', gzipSync(npyFile(npyHeader('<f4', [5]), data)));
    await expectFileError(readTable(short), short, /ends 4 bytes before its header says/);
    const long = await folder.write('long.npy.gz', gzipSync(npyFile(npyHeader('<f4', [3]), data)));
    await expectFileError(readTable(long), long, /goes on after the data/);
    const whole = gzipSync(npyFile(npyHeader('<f4', [4]), data));
    const damaged = await folder.write('damaged.npy.gz', whole.subarray(0, whole.length - 12));
    await expectFileError(readTable(damaged), damaged, /gzip data are damaged or cut off/);
  });

  test('a header longer than 64 KiB, or than the file', async () => {
    const header = npyHeader('<f4', [4]).padEnd(70_000);
    await refuse(npyFile(header, data, 2), /header claims 70000 bytes; at most 65536/);
    const lying = npyFile(npyHeader('<f4', [4]), data, 2);
    lying.writeUInt32LE(0xffff_fff0, 8);
    await refuse(lying, /header claims 4294967280 bytes/);
    lying.writeUInt32LE(1000, 8);
    await refuse(lying, /header claims 1000 bytes/);
  });

  test.each([
    ['a negative side', npyHeader('<f4', [-4])],
    ['a fraction', npyHeader('<f4', [0.5])],
    ['a side beyond 2^53', npyHeader('<f4', [4]).replace('4,)', '9007199254740993,)')],
    ['no sides', "{'descr': '<f4', 'fortran_order': False, 'shape': (), }"],
    ['a number as shape', "{'descr': '<f4', 'fortran_order': False, 'shape': (4), }"],
    ['an expression', "{'descr': '<f4', 'fortran_order': False, 'shape': (2*2,), }"],
    ['a missing key', "{'descr': '<f4', 'shape': (4,), }"],
    ['a key twice', "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (4,)}"],
    ['a key more', "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), 'x': True}"],
    ['no truth value', "{'descr': '<f4', 'fortran_order': '<f4', 'shape': (4,), }"],
    ['code after it', `${npyHeader('<f4', [4])}; import os`],
    ['nothing', ''],
    ['a structured type', npyHeader('<f4', [4]).replace("'<f4'", "[('x', '<f4')]")],
    ['a long list of digits', npyHeader('<f4', [4]).replace('4,)', `${'1 '.repeat(20_000)},)`)],
  ])('%s in the header', async (_, header) => {
    await refuse(npyFile(header, data), /not that of a plain numeric array/);
  });

  test.each(['|O', '<c16', '<U4', '<V8', '=f4', '<m8[ns]'])(
    'elements of type %s',
    async (descr) => {
      await refuse(npyFile(npyHeader(descr, [4]), data), /its elements are of type/);
    },
  );

  test('another format, another version, a cut-off start', async () => {
    await refuse(Buffer.from('x,y\n1,2\n3,4\n5,6\n'), /does not start as an NPY file/);
    await refuse(npyFile(npyHeader('<f4', [4]), data, 4), /version 4\.0/);
    await refuse(Buffer.from('\x93NUMPY\x01', 'latin1'), /does not start as an NPY file/);
  });

  test('three dimensions in Fortran order, empty arrays', async () => {
    await refuse(npyFile(npyHeader('<f4', [2, 2, 1], true), data), /Fortran order/);
    await refuse(npyFile(npyHeader('<f4', [0, 3]), new Uint8Array()), /holds nothing/);
  });
});

describe('NPZ', () => {
  const single = (values: number[], shape: number[]) =>
    npyFile(npyHeader('<f4', shape), bytesOf(Float32Array.from(values)));
  const text = npyFile(npyHeader('<U1', [2]), new Uint8Array(8));

  test('the array of most numbers; of arrays of one dimension each is a column', async () => {
    const y = single([7, 8], [2]);
    const table = await read(
      zipSync({ 'y.npy': y, 'X.npy': single([1, 2, 3, 4], [2, 2]), 'names.npy': text }),
      'a.npz',
    );
    expect([...table.data]).toEqual([1, 2, 3, 4]);
    expect(table.notes).toEqual(['Read the array "X", not "y", "names".']);
    const columns = await read(
      zipSync({ 'x.npy': single([1, 2], [2]), 'y.npy': y, 'z.npy': single([1], [1]) }),
      'b.npz',
    );
    expect(columns.columns).toEqual(['x', 'y']);
    expect([...columns.data]).toEqual([1, 7, 2, 8]);
    expect(columns.notes).toEqual(['Left out: "z".']);
  });

  test('refuses what is damaged, or holds no numbers', async () => {
    const none = await folder.write('c.npz', zipSync({ 'names.npy': text }));
    await expectFileError(readTable(none), none, /none of its arrays holds numbers \("names"\)/);
    const cut = await folder.write('d.npz', zipSync({ 'x.npy': text }).subarray(0, 40));
    await expectFileError(readTable(cut), cut, /it is damaged or no NPZ file/);
    const bomb = zipSync({ 'x.npy': new Uint8Array(100 << 20) });
    const path = await folder.write('e.npz', bomb);
    await expectFileError(readTable(path), path, /unpacks to more than 256 times its size/);
  });
});
