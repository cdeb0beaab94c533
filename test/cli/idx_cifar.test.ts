import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/cli/read/read_table.js';
import { bytesOf, expectFileError, idxFile, peakMemory, temporaryFolder } from './support.js';

const folder = temporaryFolder();

/** IDX is big-endian. */
function bigEndian(values: readonly number[], write: 'writeFloatBE' | 'writeInt16BE'): Buffer {
  const size = write === 'writeFloatBE' ? 4 : 2;
  const bytes = Buffer.alloc(size * values.length);
  values.forEach((value, i) => bytes[write](value, size * i));
  return bytes;
}

describe('IDX', () => {
  const pixels = Uint8Array.from({ length: 2 * 3 * 4 }, (_, i) => i);
  const images = idxFile(0x08, [2, 3, 4], pixels);
  const labels = idxFile(0x08, [2], Uint8Array.of(7, 3));

  test('images, with the labels of another file', async () => {
    const path = await folder.write('t10k-images-idx3-ubyte', images);
    const table = await readTable(path, {
      labels: await folder.write('t10k-labels-idx1-ubyte', labels),
    });
    expect(table).toMatchObject({
      data: Float32Array.from(pixels),
      shape: [2, 12],
      image: { width: 4, height: 3, channels: 1 },
      labels: Uint32Array.of(7, 3),
    });
  });

  test('gzipped, and known by its first bytes', async () => {
    const path = await folder.write('images.gz', gzipSync(images));
    expect((await readTable(path)).shape).toEqual([2, 12]);
  });

  test('other element types', async () => {
    const floats = [0.5, -1e10, 3, 4];
    const path = await folder.write(
      'a.idx',
      idxFile(0x0d, [2, 2], bigEndian(floats, 'writeFloatBE')),
    );
    const table = await readTable(path);
    expect([...table.data]).toEqual(floats.map(Math.fround));
    expect(table.image).toBeUndefined();
    const short = idxFile(0x0b, [3], bigEndian([-300, 300, 5], 'writeInt16BE'));
    expect([...(await readTable(await folder.write('b.idx', short))).data]).toEqual([-300, 300, 5]);
  });

  test('named columns of images are no longer images, but keep their labels', async () => {
    const path = await folder.write('images-idx3-ubyte', images);
    const table = await readTable(path, {
      columns: ['column11', 'column0'],
      labels: await folder.write('labels-idx1-ubyte', labels),
    });
    expect([...table.data]).toEqual([11, 0, 23, 12]);
    expect(table.image).toBeUndefined();
    expect(table.labels).toEqual(Uint32Array.of(7, 3));
  });

  test('bytes come back as they went out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.nat(255)),
        async (sides, bytes) => {
          const size = sides.reduce((product, side) => product * side);
          const data = Uint8Array.from(bytes.take(size));
          const table = await readTable(await folder.write('x.idx', idxFile(0x08, sides, data)));
          expect(table.shape).toEqual([sides[0], size / sides[0]]);
          expect([...table.data]).toEqual([...data]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['cut off', images.subarray(0, -1), /promises 2 x 12 elements of 1 bytes, but 23/],
    ['too long', Buffer.concat([images, Buffer.of(0)]), /but 25 bytes follow/],
    ['cut off in its header', images.subarray(0, 9), /ends 7 bytes before its header says/],
    ['of 4 Gi images', idxFile(0x08, [2 ** 32 - 1, 28, 28], pixels), /but 24 bytes follow/],
    ['of a size beyond 2^53', idxFile(0x0e, [2 ** 32 - 1, 2 ** 32 - 1], pixels), /gives the shape/],
    ['of nothing', idxFile(0x08, [0, 3], new Uint8Array()), /gives the shape 0 x 3/],
    ['of an unknown type', idxFile(0x0a, [2], pixels), /starts with the bytes 00000a01/],
    ['of no dimensions', idxFile(0x08, [], pixels), /starts with the bytes 00000800/],
    ['another format', Buffer.from('x,y\n1,2\n'), /not as an IDX file does/],
  ])('a file %s is refused', async (_, file, message) => {
    const path = await folder.write('bad-idx3-ubyte', file);
    const before = peakMemory();
    await expectFileError(readTable(path), path, message);
    expect(peakMemory() - before).toBeLessThan(64 << 20);
  });

  test('labels that do not fit are refused', async () => {
    const path = await folder.write('ok-idx3-ubyte', images);
    const refuse = async (
      name: string,
      file: string | Uint8Array,
      message: RegExp,
    ): Promise<void> => {
      const wrong = await folder.write(name, file);
      await expectFileError(readTable(path, { labels: wrong }), wrong, message);
    };
    await refuse('a-idx1-ubyte', idxFile(0x08, [3], Uint8Array.of(1, 2, 3)), /3 rows of 1 number;/);
    await refuse('b-idx2-ubyte', idxFile(0x08, [2, 2], Uint8Array.of(1, 2, 3, 4)), /2 rows of 2/);
    await refuse('c.csv', 'label\n1\n-1\n', /label of row 1 is -1; labels are whole numbers >= 0/);
    await refuse('d.csv', 'label\n0.5\n1\n', /label of row 0 is 0.5/);
  });
});

describe('CIFAR-10', () => {
  const record = (label: number, first: number): Uint8Array =>
    Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? label : (first + i) % 256));

  test('images with their labels', async () => {
    const file = Buffer.concat([record(9, 0), record(0, 5)]);
    const table = await readTable(await folder.write('data_batch_1.bin', file));
    expect(table.shape).toEqual([2, 3072]);
    expect(table.labels).toEqual(Uint32Array.of(9, 0));
    expect(table.image).toEqual({ width: 32, height: 32, channels: 3, layout: 'planar' });
    expect([...table.data.subarray(3072, 3075)]).toEqual([6, 7, 8]);
  });

  test.each([
    ['a byte short', record(1, 0).subarray(1), /3072 bytes, is not a multiple of the 3073/],
    ['CIFAR-100', Buffer.concat([record(10, 0)]), /label of image 0 is 10; CIFAR-10 has .* 0 to 9/],
    ['gzipped', gzipSync(record(1, 0)), /it is gzipped/],
  ])('a file that is %s is refused', async (_, file, message) => {
    const path = await folder.write('bad.bin', file);
    await expectFileError(readTable(path), path, message);
  });
});

describe('any format', () => {
  test('is told by the first bytes where the extension is unknown', async () => {
    const file = idxFile(0x08, [2, 1], bytesOf(Uint8Array.of(1, 2)));
    expect((await readTable(await folder.write('unknown.dat', file))).shape).toEqual([2, 1]);
    const other = await folder.write('other.dat', 'hello');
    await expectFileError(readTable(other), other, /neither its extension nor its first bytes/);
  });

  test('that is missing, a folder, empty, a device or unreadable is refused', async () => {
    const missing = folder.path('missing.csv');
    await expectFileError(readTable(missing), missing, /no such file/);
    const below = `${await folder.write('file.csv', 'x\n1\n')}/x.csv`;
    await expectFileError(readTable(below), below, /a part of the path is not a folder/);
    await expectFileError(readTable(folder.path('.')), folder.path('.'), /it is a folder/);
    for (const name of ['e.csv', 'e.npy', 'e.parquet', 'e.jsonl', 'e.json', 'e.bin', 'e.idx']) {
      const empty = await folder.write(name, '');
      await expectFileError(readTable(empty), empty, /the file is empty/);
    }
    await expectFileError(readTable('/dev/null'), '/dev/null', /not a regular file/);
  });
});
