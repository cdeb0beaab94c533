/**
 * Damaged files of every format: each is read, or refused with an error of ours, in little memory
 * and time. Damage is seeded, so a failure repeats.
 */
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readTable } from '../../src/cli/read/read_table.js';
import { ClusteringError } from '../../src/errors.js';
import { bytesOf, idxFile, npyFile, npyHeader, peakMemory, temporaryFolder } from './support.js';

const folder = temporaryFolder();

const values = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i) * 100);
const npy = npyFile(npyHeader('<f8', [20, 3]), bytesOf(values));
const cifar = Buffer.alloc(2 * 3073, 3);

function parquet(codec: 'SNAPPY' | 'UNCOMPRESSED'): Buffer {
  const columnData = [
    { name: 'x', data: values, type: 'DOUBLE' as const },
    { name: 'few', data: Int32Array.from(values, (v) => Math.sign(v)), type: 'INT32' as const },
    { name: 'i', data: Int32Array.from(values), encoding: 'DELTA_BINARY_PACKED' as const },
    { name: 'text', data: Array.from(values, String), type: 'STRING' as const },
  ];
  return Buffer.from(parquetWriteBuffer({ columnData, codec, pageSize: 128, rowGroupSize: 25 }));
}

const FILES: readonly (readonly [name: string, file: Buffer])[] = [
  ['a.csv', Buffer.from('x,y,s\n' + Array.from(values, (v) => `${v},"${-v}",a\n`).join(''))],
  ['a.jsonl', Buffer.from(Array.from(values, (v, i) => `{"x":${v},"i":${i}}\n`).join(''))],
  ['a.json', Buffer.from(JSON.stringify(Array.from(values, (v) => [v, 1])))],
  ['a.npy', npy],
  ['a.npy.gz', gzipSync(npy)],
  ['a.idx', idxFile(0x08, [6, 5, 2], bytesOf(Uint8Array.from(values)))],
  ['a.bin', cifar],
  ['snappy.parquet', parquet('SNAPPY')],
  ['plain.parquet', parquet('UNCOMPRESSED')],
];

/** One way of damaging a file, at places given as shares of its length. */
const damage = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
  }),
  fc.record({
    kind: fc.constant('flip' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(7),
  }),
  fc.record({
    kind: fc.constant('cut' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(8),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
  }),
);

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function apply(file: Buffer, { kind, at, byte }: Damage): Buffer {
  const place = Math.min(file.length - 1, Math.floor(at * file.length));
  const before = file.subarray(0, place);
  if (kind === 'cut') return Buffer.concat([before, file.subarray(place + byte + 1)]);
  if (kind === 'insert') return Buffer.concat([before, Buffer.of(byte), file.subarray(place)]);
  const changed = Buffer.from(file);
  changed[place] = kind === 'set' ? byte : file[place] ^ (1 << byte);
  return changed;
}

test.each(FILES)('damaged %s', async (name, file) => {
  const whole = await readTable(await folder.write(name, file));
  expect(whole.shape[0]).toBeGreaterThan(1);
  const before = peakMemory();
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 6 }), async (damages) => {
      const path = await folder.write(name, damages.reduce(apply, file));
      try {
        const { data, shape } = await readTable(path);
        expect(data.length).toBe(shape[0] * shape[1]);
      } catch (error) {
        if (!(error instanceof ClusteringError)) throw error;
        refused++;
      }
    }),
    { numRuns: 150, seed: 7 },
  );
  expect(refused).toBeGreaterThan(0);
  expect(peakMemory() - before).toBeLessThan(256 << 20);
});
