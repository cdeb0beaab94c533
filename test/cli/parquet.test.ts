import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTable, type ReadOptions } from '../../src/cli/read/read_table.js';
import {
  closeFile,
  Codec,
  type ColumnFile,
  Encoding,
  levels,
  parquetFile,
  Type,
  varint,
} from './parquet_support.js';
import { bytesOf, expectFileError, peakMemory, temporaryFolder } from './support.js';

const folder = temporaryFolder();

async function read(file: Uint8Array, options?: ReadOptions) {
  return readTable(await folder.write('table.parquet', file), options);
}

async function readColumn(file: ColumnFile): Promise<number[]> {
  return [...(await read(parquetFile(file))).data];
}

async function refuse(file: Uint8Array, message: RegExp, options?: ReadOptions): Promise<void> {
  const path = await folder.write('bad.parquet', file);
  const before = peakMemory();
  await expectFileError(readTable(path, options), path, message);
  expect(peakMemory() - before).toBeLessThan(96 << 20);
}

const numbers = Float64Array.of(1.5, -2, 3);
const plain = { body: bytesOf(numbers), values: 3 };

function write(
  columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData'],
  options: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {},
): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, ...options }));
}

describe('Parquet', () => {
  test('numeric columns of every type; others are left out, with a note', async () => {
    const table = await read(
      write([
        { name: 'name', data: ['a', 'b'], type: 'STRING' },
        { name: 'float', data: Float32Array.of(0.5, 1), type: 'FLOAT', nullable: false },
        { name: 'double', data: Float64Array.of(0.1, 2), type: 'DOUBLE' },
        { name: 'int', data: Int32Array.of(-3, 3), type: 'INT32' },
        { name: 'long', data: BigInt64Array.of(-4n, 4n), type: 'INT64' },
        { name: 'when', data: [new Date(0), new Date(1)], type: 'TIMESTAMP' },
        { name: 'flag', data: [true, false], type: 'BOOLEAN' },
        { name: '__proto__', data: Int32Array.of(5, 6), type: 'INT32' },
      ]),
    );
    expect(table.columns).toEqual(['float', 'double', 'int', 'long', '__proto__']);
    expect([...table.data]).toEqual([0.5, 0.1, -3, -4, 5, 1, 2, 3, 4, 6]);
    expect(table.data).toBeInstanceOf(Float64Array);
    expect(table.notes).toEqual(['Left out, since they hold no numbers: "name", "when", "flag".']);
  });

  test('text, truths and times stay beside the numbers where they are asked for', async () => {
    const file = write([
      { name: 'name', data: ['a', 'b', 'a', null], type: 'STRING' },
      { name: 'x', data: Float64Array.of(1, 2, 3, 4), type: 'DOUBLE' },
      {
        name: 'when',
        data: [0, 1, 2, 3].map((day) => new Date(864e5 * day + day)),
        type: 'TIMESTAMP',
      },
      { name: 'flag', data: [true, false, true, true], type: 'BOOLEAN' },
    ]);
    const table = await read(file, { texts: true });
    expect(table.names).toEqual(['name', 'x', 'when', 'flag']);
    expect([...table.data]).toEqual([1, 2, 3, 4]);
    const cells = table.texts?.map(({ name, codes, values }) => [
      name,
      Array.from(codes, (code) => values[code]),
    ]);
    expect(cells).toEqual([
      ['name', ['a', 'b', 'a', '']],
      ['when', ['1970-01-01', ...[1, 2, 3].map((day) => `1970-01-0${day + 1}T00:00:00.00${day}Z`)]],
      ['flag', ['true', 'false', 'true', 'true']],
    ]);
    const chosen = await read(file, { columns: ['x', 'name'], encode: true });
    expect(chosen.texts?.map(({ name }) => name)).toEqual(['name']);
  });

  test.each(['PLAIN', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY'] as const)(
    'text encoded as %s',
    async (encoding) => {
      const data = ['', 'north', 'north-east', 'nørth', 'south', 'south'];
      const file = write([
        { name: 'name', data, type: 'STRING', encoding, nullable: false },
        { name: 'x', data: new Float64Array(data.length), type: 'DOUBLE' },
      ]);
      const [{ codes, values }] = (await read(file, { texts: true })).texts!;
      expect(Array.from(codes, (code) => values[code])).toEqual(data);
    },
  );

  test('float columns alone stay float32; named columns come in their order', async () => {
    const file = write([
      { name: 'a', data: Float32Array.of(1, 2), type: 'FLOAT' },
      { name: 'b', data: Float32Array.of(3, 4), type: 'FLOAT' },
    ]);
    const table = await read(file, { columns: ['b', 'a'] });
    expect(table.data).toEqual(Float32Array.of(3, 1, 4, 2));
    expect(table.columns).toEqual(['b', 'a']);
  });

  test('decimals and unsigned integers', async () => {
    const x = BigInt64Array.of(-150n, 99n);
    const file = write([{ name: 'x', data: x }], {
      schema: [
        { name: 'root', num_children: 1 },
        {
          name: 'x',
          type: 'INT64',
          repetition_type: 'REQUIRED',
          converted_type: 'DECIMAL',
          precision: 9,
          scale: 2,
        },
      ],
    });
    expect([...(await read(file)).data]).toEqual([-1.5, 0.99]);
    const unsigned = { body: bytesOf(Int32Array.of(-1, 7)), values: 2 };
    const claims = { converted: 13 };
    expect(await readColumn({ pages: [unsigned], rows: 2, type: Type.INT32, claims })).toEqual([
      2 ** 32 - 1,
      7,
    ]);
  });

  test('every codec and encoding, in pages of both versions', async () => {
    const unpacked = plain.body.length;
    for (const kind of ['v1', 'v2'] as const) {
      const gzip = { ...plain, kind, unpacked, body: gzipSync(plain.body) };
      const brotli = { ...plain, kind, unpacked, body: brotliCompressSync(plain.body) };
      // A frame of one raw block, and a stream of one literal.
      const zstd = Buffer.from([
        0x28,
        0xb5,
        0x2f,
        0xfd,
        0x20,
        24,
        (24 << 3) | 1,
        0,
        0,
        ...plain.body,
      ]);
      const snappy = Buffer.from([24, (24 - 1) << 2, ...plain.body]);
      const split = Uint8Array.from(
        plain.body,
        (_, i) => plain.body[(i % 3) * 8 + Math.floor(i / 3)],
      );
      const files: ColumnFile[] = [
        { pages: [{ ...plain, kind }], rows: 3 },
        { pages: [gzip], rows: 3, codec: Codec.GZIP },
        { pages: [brotli], rows: 3, codec: Codec.BROTLI },
        { pages: [{ ...gzip, body: zstd }], rows: 3, codec: Codec.ZSTD },
        { pages: [{ ...gzip, body: snappy }], rows: 3, codec: Codec.SNAPPY },
        { pages: [{ ...plain, kind, body: split, encoding: Encoding.SPLIT }], rows: 3 },
        {
          pages: [
            { ...plain, kind: 'dictionary' },
            // Two bits an index: a run of one 0, then 1 and 2 packed.
            {
              body: Uint8Array.of(2, 2, 0, 3, 0b1001, 0),
              values: 3,
              kind,
              encoding: Encoding.DICTIONARY,
            },
          ],
          rows: 3,
        },
      ];
      for (const file of files) expect(await readColumn(file)).toEqual([1.5, -2, 3]);
      // 128 values in 4 parts, 3 in all, first 10, then +2 and +2: no bits beyond the least delta.
      const deltas = Uint8Array.of(...varint(128), 4, 3, 20, 4, 0, 0, 0, 0);
      for (const type of [Type.INT32, Type.INT64]) {
        const page = { body: deltas, values: 3, kind, encoding: Encoding.DELTA };
        expect(await readColumn({ pages: [page], rows: 3, type })).toEqual([10, 12, 14]);
      }
    }
  });

  test('columns come back as they went out, in groups and pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 16, max: 600 }),
        fc.constantFrom('SNAPPY' as const, 'UNCOMPRESSED' as const),
        fc.boolean(),
        async (values, rowGroupSize, pageSize, codec, nullable) => {
          const whole = Int32Array.from(values);
          const table = await read(
            write(
              [
                { name: 'x', data: Float64Array.from(values), type: 'DOUBLE', nullable },
                {
                  name: 'i',
                  data: whole,
                  type: 'INT32',
                  nullable,
                  encoding: 'DELTA_BINARY_PACKED',
                },
                { name: 'few', data: whole.map((v) => v & 3), type: 'INT32', nullable },
              ],
              { rowGroupSize, pageSize, codec },
            ),
          );
          expect(table.shape).toEqual([values.length, 3]);
          expect([...table.data]).toEqual(
            values.flatMap((value, i) => [value, whole[i], whole[i] & 3]),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('bad Parquet', () => {
  const good = parquetFile({ pages: [plain], rows: 3 });

  test('a null: its row and column', async () => {
    const data = [1, 2, null, 4];
    await refuse(write([{ name: 'x', data, type: 'DOUBLE' }]), /row 2, column "x" is null/);
    const grouped = write([{ name: 'x', data, type: 'DOUBLE' }], { rowGroupSize: 1 });
    await refuse(grouped, /row 2, column "x" is null/);
  });

  test('an integer beyond 2^53', async () => {
    const data = BigInt64Array.of(1n, 2n ** 60n);
    const file = write([{ name: 'x', data, type: 'INT64' }]);
    await refuse(file, /row 1, column "x" is 1152921504606846976; whole numbers must be below/);
  });

  test('missing, textual and repeated columns; no rows', async () => {
    const file = write([
      { name: 'x', data: Int32Array.of(1), type: 'INT32' },
      { name: 's', data: ['a'], type: 'STRING' },
    ]);
    await refuse(file, /no column "y"\. The columns are "x", "s"/, { columns: ['y'] });
    await refuse(file, /column "s" is UTF8, not a number. The numeric columns are "x"/, {
      columns: ['s'],
    });
    await refuse(write([{ name: 's', data: ['a'], type: 'STRING' }]), /none of its columns/);
    const twice = { name: 'x', data: Int32Array.of(1), type: 'INT32' } as const;
    await refuse(write([twice, twice]), /two columns are named "x"/);
    await refuse(parquetFile({ pages: [], rows: 0 }), /it holds no rows/);
  });

  test('cut off anywhere, or another format', async () => {
    for (let length = 1; length < good.length; length += 7) {
      await refuse(good.subarray(0, length), /does not (?:start|end) as a Parquet file does/);
    }
    await refuse(Buffer.from('x,y\n1,2\n3,4\n'), /does not start as a Parquet file/);
    await refuse(Buffer.from('PAR1PAR1'), /does not end as a Parquet file/);
  });

  test('a footer that lies about its length', async () => {
    for (const claimed of [0xffff_ffff, good.length, 65 << 20]) {
      await refuse(closeFile(Buffer.alloc(8), Buffer.alloc(8), claimed), /its footer claims/);
    }
  });

  test.each([
    ['a list of 2^31 schema elements', [0x29, 0xfc, ...varint(2 ** 31), 0], /a list of 2147483648/],
    ['a name of 2^31 bytes', [0x48, ...varint(2 ** 31), 0], /2147483648 bytes are claimed/],
    ['structs in structs', Array.from({ length: 5000 }, () => 0x1c), /nested more than/],
    [
      'a number without end',
      [0x16, ...Array.from({ length: 5000 }, () => 0xff)],
      /more than 64 bits/,
    ],
    ['an unknown type', [0x1d, 0], /unknown type 13/],
    ['no end', [0x15, 0x02], /1 bytes are claimed where 0 are left/],
  ])('a footer with %s', async (_, footer, message) => {
    await refuse(closeFile(Buffer.alloc(8), Buffer.from(footer)), message);
  });

  test('a footer that lies about rows', async () => {
    await refuse(parquetFile({ pages: [plain], rows: 4 }), /bytes are claimed where 0 are left/);
    await refuse(parquetFile({ pages: [plain], rows: 2 }), /3 values or bytes are claimed where 2/);
    await refuse(
      parquetFile({ pages: [plain], rows: 3, claims: { rows: 4 } }),
      /claims 4 rows, its groups 3/,
    );
    await refuse(
      parquetFile({ pages: [plain], rows: 3, claims: { values: 5 } }),
      /claims 5 values/,
    );
    await refuse(
      parquetFile({ pages: [plain], rows: 2 ** 30 }),
      /claims 1073741824 rows of 1 number/,
    );
    await refuse(parquetFile({ pages: [plain], rows: 2 ** 52 }), /more than 1024 times its size/);
    await refuse(parquetFile({ pages: [plain], rows: -3 }), /claims -3 rows/);
  });

  test('a footer that lies about where the data are', async () => {
    for (const claims of [{ start: 2 ** 40 }, { start: -4 }, { bytes: 2 ** 40 }, { bytes: -1 }]) {
      await refuse(parquetFile({ pages: [plain], rows: 3, claims }), /a column claims the bytes/);
    }
  });

  const oneByte = Uint8Array.of(0);
  test.each<[string, ColumnFile, RegExp]>([
    [
      'its size',
      { pages: [{ ...plain, packed: 2 ** 30 }], rows: 3 },
      /page of 1073741824 bytes is/,
    ],
    ['its size, negative', { pages: [{ ...plain, packed: -5 }], rows: 3 }, /page of -5 bytes is/],
    [
      'its unpacked size',
      { pages: [{ ...plain, unpacked: 2 ** 31 - 1 }], rows: 3, codec: Codec.GZIP },
      /2147483647 bytes unpacked is claimed; at most/,
    ],
    [
      'its unpacked size, negative',
      { pages: [{ ...plain, unpacked: -1 }], rows: 3 },
      /of -1 bytes/,
    ],
    [
      'its unpacked size, without a codec',
      { pages: [{ ...plain, unpacked: 9 }], rows: 3 },
      /length 24/,
    ],
    [
      'its unpacked size, gzipped',
      {
        pages: [{ ...plain, body: gzipSync(plain.body), unpacked: 9 }],
        rows: 3,
        codec: Codec.GZIP,
      },
      /Cannot create a Buffer larger than 9 bytes/,
    ],
    [
      'its unpacked size, in snappy',
      {
        pages: [{ ...plain, body: Buffer.of(100, 0, 1, 2), unpacked: 24 }],
        rows: 3,
        codec: Codec.SNAPPY,
      },
      /a snappy page of 100 bytes claims 24/,
    ],
    [
      'its values',
      { pages: [{ ...plain, values: 4 }], rows: 4 },
      /4 values or bytes are claimed where 3/,
    ],
    ['its values, negative', { pages: [{ ...plain, values: -1 }], rows: 3 }, /-1 values or bytes/],
    [
      'its runs',
      {
        pages: [{ body: levels(...varint(2 ** 31), 1), values: 3 }],
        rows: 3,
        nullable: true,
      },
      /a run of 1073741824 values is claimed where 3 are left/,
    ],
    [
      'its packed runs',
      { pages: [{ body: levels(...varint(2 ** 31 + 1), 1), values: 3 }], rows: 3, nullable: true },
      /a run of 8589934592 values is claimed/,
    ],
    [
      'empty runs',
      { pages: [{ body: levels(0, 0), values: 3 }], rows: 3, nullable: true },
      /a run of 0/,
    ],
    [
      'the length of its levels',
      { pages: [{ ...plain, kind: 'v2', levels: 2 ** 30 }], rows: 3, nullable: true },
      /1073741824 values or bytes are claimed where 24/,
    ],
    [
      'a dictionary that is not there',
      { pages: [{ body: oneByte, values: 3, encoding: Encoding.DICTIONARY }], rows: 3 },
      /a dictionary that is not there/,
    ],
    [
      'the size of its dictionary',
      { pages: [{ ...plain, kind: 'dictionary', values: 2 ** 30 }, plain], rows: 3 },
      /1073741824 values or bytes are claimed where 3/,
    ],
    [
      'the entries of its dictionary',
      {
        pages: [
          { ...plain, kind: 'dictionary' },
          { body: Uint8Array.of(4, 6, 9), values: 3, encoding: Encoding.DICTIONARY },
        ],
        rows: 3,
      },
      /entry 9 of a dictionary of 3/,
    ],
    [
      'the bits of an index',
      {
        pages: [
          { ...plain, kind: 'dictionary' },
          { body: Uint8Array.of(200, 6, 9), values: 3, encoding: Encoding.DICTIONARY },
        ],
        rows: 3,
      },
      /numbers of 200 bits/,
    ],
    [
      'its delta blocks',
      {
        pages: [
          {
            body: Uint8Array.of(...varint(128), ...varint(2 ** 31), 3, 20),
            values: 3,
            encoding: Encoding.DELTA,
          },
        ],
        rows: 3,
        type: Type.INT64,
      },
      /delta blocks of 128 values in 2147483648 parts/,
    ],
    [
      'the number of its deltas',
      {
        pages: [
          { body: Uint8Array.of(...varint(128), 4, 5, 20), values: 3, encoding: Encoding.DELTA },
        ],
        rows: 3,
        type: Type.INT32,
      },
      /5 deltas are claimed in a page of 3 values/,
    ],
    [
      'an encoding of texts',
      { pages: [{ ...plain, encoding: 7 }], rows: 3 },
      /encoded as DELTA_BYTE_ARRAY/,
    ],
  ])('a page that lies about %s', async (_, file, message) => {
    await refuse(parquetFile(file), message);
  });

  test('a zstd bomb fills no more than its page', async () => {
    const block = [(131_072 << 3) & 0xff, ((131_072 << 3) | 2) & 0xff, 0x10, 7];
    const bomb = Buffer.from([
      0x28,
      0xb5,
      0x2f,
      0xfd,
      0x20,
      24,
      ...Array.from({ length: 50_000 }, () => block).flat(),
    ]);
    const file = { pages: [{ ...plain, body: bomb, unpacked: 24 }], rows: 3, codec: Codec.ZSTD };
    await refuse(parquetFile(file), /not valid Parquet/);
  });
});
