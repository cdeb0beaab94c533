import { decode } from 'fast-png';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { asFileError, FileError } from '../../src/cli/errors.js';
import { readTable } from '../../src/cli/read/read_table.js';
import { checkWritable, writeAtomic } from '../../src/cli/write/atomic.js';
import { contactSheet, pngDataUrl, writePng } from '../../src/cli/write/images.js';
import { writeJson } from '../../src/cli/write/json.js';
import { rowsFormat, writeRows } from '../../src/cli/write/rows.js';
import { expectFileError, temporaryFolder } from './support.js';

const folder = temporaryFolder();

/** A folder inside the temporary one, and the names of all files in it. */
async function subfolder(name: string) {
  await mkdir(folder.path(name));
  return {
    path: (file: string) => folder.path(`${name}/${file}`),
    list: () => readdir(folder.path(name)),
  };
}

describe('an output file', () => {
  test('is written whole, over an existing one too, and nothing else is left', async () => {
    const { path, list } = await subfolder('whole');
    await writeAtomic(path('a.txt'), 'first and longer');
    await writeAtomic(path('a.txt'), ['sec', Buffer.from('ond')]);
    expect(await readFile(path('a.txt'), 'utf8')).toBe('second');
    expect(await list()).toEqual(['a.txt']);
  });

  test('stays as it was when writing fails, and nothing else is left', async () => {
    const { path, list } = await subfolder('failing');
    await writeFile(path('a.txt'), 'old');
    function* failing(): Generator<string> {
      yield 'new';
      throw new Error('out of ideas');
    }
    await expect(writeAtomic(path('a.txt'), failing())).rejects.toThrow('out of ideas');
    await expect(writeAtomic(path('b.txt'), failing())).rejects.toThrow('out of ideas');
    expect(await readFile(path('a.txt'), 'utf8')).toBe('old');
    expect(await list()).toEqual(['a.txt']);
  });

  test('keeps its permissions and the link that leads to it', async () => {
    const { path, list } = await subfolder('links');
    await writeFile(path('a.txt'), 'old');
    await chmod(path('a.txt'), 0o640);
    await symlink('a.txt', path('link.txt'));
    await writeAtomic(path('link.txt'), 'new');
    expect((await lstat(path('link.txt'))).isSymbolicLink()).toBe(true);
    expect((await stat(path('a.txt'))).mode & 0o777).toBe(0o640);
    expect(await readFile(path('a.txt'), 'utf8')).toBe('new');
    expect(await list()).toEqual(['a.txt', 'link.txt']);
  });

  test.each([
    ['before it is made', checkWritable],
    ['when it is written', (path: string) => writeAtomic(path, '')],
  ])('in no folder, below a file, a folder or a device is refused %s', async (_, refusing) => {
    const missing = folder.path('missing/a.csv');
    await expectFileError(refusing(missing), missing, /folder does not exist.*Create the/);
    const below = `${await folder.write('file', '')}/a.csv`;
    await expectFileError(refusing(below), below, /not a folder/);
    await mkdir(folder.path('folder.csv'), { recursive: true });
    const itself = folder.path('folder.csv');
    await expectFileError(refusing(itself), itself, /it is a folder, not a file/);
    await expectFileError(refusing('/dev/null'), '/dev/null', /a device, not a file/);
    const long = folder.path('x'.repeat(300));
    await expectFileError(refusing(long), long, /path is too long/);
  });
});

describe('a system error', () => {
  const systemError = (code: string): Error =>
    Object.assign(new Error(code), { code, syscall: 'open' });

  test.each([
    ['EACCES', 'read', /permission to read it is denied/],
    ['EACCES', 'write', /permission to write it is denied/],
    ['ENOSPC', 'write', /the disk is full/],
    ['EROFS', 'write', /read-only disk/],
    ['EIO', 'read', /it cannot be read \(EIO\)/],
  ] as const)('%s on %s names the file and the remedy', (code, direction, message) => {
    const error = asFileError('points.csv', systemError(code), direction);
    expect(error).toBeInstanceOf(FileError);
    expect((error as FileError).message).toMatch(message);
    expect((error as FileError).cause).toMatchObject({ code });
  });

  test('of memory becomes a file error; a mistake of ours stays what it is', () => {
    const memory = asFileError('a.npy', new RangeError('Array buffer allocation failed'), 'read');
    expect((memory as FileError).message).toMatch(/do not fit into memory/);
    const mistake = new TypeError('x is not a function');
    expect(asFileError('a.npy', mistake, 'read')).toBe(mistake);
  });
});

describe('what is said of each row', () => {
  const n = 70_000;
  const labels = {
    key: 'labels',
    names: ['label'],
    data: Uint32Array.from({ length: n }, (_, i) => i % 7),
  };
  const scores = {
    key: 'scores',
    names: ['pc1', 'pc2'],
    data: Float32Array.from({ length: 2 * n }, (_, i) => (i % 3) / 3 - 1e-9 * i),
  };

  test.each(['rows.csv', 'rows.parquet'])('%s can be read again', async (name) => {
    await writeRows(folder.path(name), [labels, scores]);
    const { columns, shape, data } = await readTable(folder.path(name));
    expect(columns).toEqual(['row', 'label', 'pc1', 'pc2']);
    expect(shape).toEqual([n, 4]);
    const same = labels.data.every(
      (label, i) =>
        data[4 * i] === i &&
        data[4 * i + 1] === label &&
        Math.fround(data[4 * i + 2]) === scores.data[2 * i] &&
        Math.fround(data[4 * i + 3]) === scores.data[2 * i + 1],
    );
    expect(same).toBe(true);
  });

  test('as JSON is an array a group, whose rows of decimal numbers are arrays', async () => {
    const path = folder.path('rows.json');
    await writeRows(path, [
      { key: 'labels', names: ['label'], data: Uint32Array.of(2, 0) },
      { key: 'scores', names: ['pc1'], data: Float32Array.of(0.1, -3) },
    ]);
    expect(await readFile(path, 'utf8')).toBe('{"labels":[2,0],"scores":[[0.100000001],[-3]]}\n');
    await writeRows(path, [labels, scores]);
    const { labels: read, scores: rows } = JSON.parse(await readFile(path, 'utf8')) as {
      labels: number[];
      scores: number[][];
    };
    expect(Uint32Array.from(read)).toEqual(labels.data);
    expect(Float32Array.from(rows.flat())).toEqual(scores.data);
  });

  test('in a format of no known extension is refused before any work', async () => {
    expect(() => rowsFormat('labels.txt')).toThrow(/ends in \.csv, \.parquet or \.json/);
    await expectFileError(writeRows('labels.txt', [labels]), 'labels.txt', /not written/);
  });
});

test('a model as JSON', async () => {
  const model = { toJSON: () => ({ k: 3 }) };
  await writeJson(folder.path('model.json'), model);
  expect(JSON.parse(await readFile(folder.path('model.json'), 'utf8'))).toEqual({ k: 3 });
});

describe('centroids as images', () => {
  /** The red, green, blue and opacity of a sheet's pixel. */
  const pixelOf = (
    { data, width }: { data: Uint8ClampedArray; width: number },
    x: number,
    y: number,
  ) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];

  test('three grey tiles in two columns, scaled, with gaps', () => {
    const centroids = { data: Float32Array.of(10, 20, 30, 40, -5, 300), shape: [3, 2] as const };
    const image = { width: 2, height: 1, channels: 1, layout: 'planar' } as const;
    const sheet = contactSheet(centroids, image, { scale: 2, columns: 2 });
    expect([sheet.width, sheet.height]).toEqual([4 + 2 * (4 + 4), 4 + 2 * (2 + 4)]);
    expect(pixelOf(sheet, 4, 4)).toEqual([10, 10, 10, 255]);
    expect(pixelOf(sheet, 7, 5)).toEqual([20, 20, 20, 255]);
    expect(pixelOf(sheet, 12, 4)).toEqual([30, 30, 30, 255]);
    expect(pixelOf(sheet, 4, 10)).toEqual([0, 0, 0, 255]);
    expect(pixelOf(sheet, 6, 10)).toEqual([255, 255, 255, 255]);
    expect(pixelOf(sheet, 3, 4)).toEqual([0, 0, 0, 0]);
    expect(pixelOf(sheet, 12, 10)).toEqual([0, 0, 0, 0]);
  });

  test.each([
    ['planar', [1, 2, 11, 12, 21, 22]],
    ['interleaved', [1, 11, 21, 2, 12, 22]],
  ] as const)('%s colours', (layout, row) => {
    const image = { width: 2, height: 1, channels: 3, layout } as const;
    const sheet = contactSheet({ data: Float32Array.from(row), shape: [1, 6] }, image, {
      scale: 1,
    });
    expect(pixelOf(sheet, 4, 4)).toEqual([1, 11, 21, 255]);
    expect(pixelOf(sheet, 5, 4)).toEqual([2, 12, 22, 255]);
  });

  test('a PNG holds the very pixels', async () => {
    const image = { width: 3, height: 2, channels: 1, layout: 'planar' } as const;
    const sheet = contactSheet(
      { data: Float32Array.from({ length: 24 }, (_, i) => 9 * i), shape: [4, 6] },
      image,
    );
    await writePng(folder.path('sheet.png'), sheet);
    const png = decode(await readFile(folder.path('sheet.png')));
    expect([png.width, png.height, png.channels]).toEqual([sheet.width, sheet.height, 4]);
    expect([...png.data]).toEqual([...sheet.data]);
    expect(decode(Buffer.from(pngDataUrl(sheet).split(',')[1], 'base64')).width).toBe(sheet.width);
  });

  test('of another size, or a sheet beyond all bounds, are refused', () => {
    const image = { width: 2, height: 2, channels: 3, layout: 'planar' } as const;
    const centroids = { data: new Float32Array(12), shape: [1, 12] as const };
    expect(() => contactSheet({ ...centroids, shape: [2, 6] }, image)).toThrow(
      /6 columns.*need 12/,
    );
    expect(() => contactSheet(centroids, image, { scale: 0 })).toThrow(/scale is 0/);
    expect(() => contactSheet(centroids, image, { columns: 1.5 })).toThrow(/columns is 1\.5/);
    expect(() => contactSheet(centroids, image, { scale: 1e5 })).toThrow(
      /at most 268435456 pixels/,
    );
  });
});
