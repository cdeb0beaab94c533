import { describe, expect, test } from 'vitest';
import {
  decodeImage,
  encodeImage,
  packCodes,
  readVq,
  unpackCodes,
  vectorQuantizer,
  VectorQuantizer,
  writeVq,
} from '../../src/index.js';
import { createRandom } from '../../src/math/random.js';

const runtime = 'cpu' as const;
const random = createRandom(4);
const rows = (n: number, d: number) => ({
  data: Float64Array.from({ length: n * d }, () => random.next() * 10),
  shape: [n, d],
});

function meanSquares(points: { data: ArrayLike<number> }, decoded: ArrayLike<number>, n: number) {
  let sum = 0;
  for (let i = 0; i < decoded.length; i++) sum += (points.data[i] - decoded[i]) ** 2;
  return sum / n;
}

describe('packCodes', () => {
  test.each([1, 2, 3, 5, 16, 255, 256, 257, 1000, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24])(
    'tells %i kinds apart in log2 k bits each',
    (k) => {
      for (const count of [0, 1, 2, 7, 1001]) {
        // Long runs of the highest and the lowest make carries.
        const codes = Uint32Array.from({ length: count }, (_, i) =>
          i % 50 < 20 ? k - 1 : i % 50 < 30 ? 0 : random.below(k),
        );
        const packed = packCodes(codes, k);
        expect(unpackCodes(packed, count, k)).toEqual(codes);
        const bits = count * Math.log2(k);
        expect(packed.length).toBeGreaterThanOrEqual(Math.floor(bits / 8));
        expect(packed.length).toBeLessThanOrEqual(Math.ceil(bits / 8) + 1);
      }
    },
  );

  test('refuses what are no codes', () => {
    expect(() => packCodes([0, 3], 3)).toThrow(/codes\[1\] is 3; .* from 0 to 2/);
    expect(() => packCodes([0], 0)).toThrow(/k is 0/);
    expect(() => unpackCodes(Uint8Array.of(1), 20, 3)).toThrow(/20 codes of 3 kinds take 3/);
    expect(() => unpackCodes(new Uint8Array(9).fill(255), 20, 3)).toThrow(/hold no codes/);
  });
});

describe('vectorQuantizer', () => {
  test('takes the bits of the lecture: 64k grey pixels, K = 4, C = 8', async () => {
    const grey = Uint8Array.from({ length: 65_536 }, (_, i) => (i * 7919) % 256);
    const quantizer = await vectorQuantizer(
      { data: grey, shape: [grey.length, 1] },
      { k: 4, valueBits: 8, maxIter: 5, runtime },
    );
    expect(quantizer.encoded.packed.length * 8).toBe(128 * 1024);
    expect(quantizer.bitsPerValue).toBe((65_536 * 2 + 4 * 8) / 65_536);
    // Quarters of 0 .. 255: a variance of (64^2 - 1) / 12 each.
    expect(quantizer.distortion / ((64 ** 2 - 1) / 12)).toBeCloseTo(1, 1);
  });

  test.each([1, 3, 5])('encodes and decodes with %i sub-spaces', async (subspaces) => {
    const points = rows(200, 5);
    const quantizer = await vectorQuantizer(points, { codeBits: 4, subspaces, runtime });
    expect(quantizer.codebooks.reduce((sum, { shape }) => sum + shape[1], 0)).toBe(5);
    const encoded = await quantizer.encode(points, { runtime });
    expect(encoded.codes).toEqual(quantizer.codes);
    expect(encoded.codes.length).toBe(200 * subspaces);
    const decoded = quantizer.decode(encoded);
    expect(decoded.shape).toEqual([200, 5]);
    const squares = meanSquares(points, decoded.data, 200);
    expect(Math.abs(quantizer.distortion / squares - 1)).toBeLessThan(1e-6);
    expect(Math.abs(encoded.distortion / squares - 1)).toBeLessThan(1e-6);
    const bits = 200 * subspaces * 4 + 16 * 5 * 32;
    expect(quantizer.bitsPerValue).toBeCloseTo(bits / 1000, 12);
    const again = VectorQuantizer.fromJSON(JSON.parse(JSON.stringify(quantizer)));
    expect(again.decode().data).toEqual(decoded.data);
  });

  test('takes a stream apart as it takes rows apart', async () => {
    const points = rows(60, 5);
    const block = (from: number, to: number) => points.data.subarray(5 * from, 5 * to);
    const stream = { shape: [60, 5], blocks: () => [block(0, 7), block(7, 40), block(40, 60)] };
    const how = { k: 4, subspaces: 2, runtime };
    const [whole, streamed] = [
      await vectorQuantizer(points, how),
      await vectorQuantizer(stream, how),
    ];
    expect(streamed.codebooks).toEqual(whole.codebooks);
    expect(await streamed.encode(stream, { runtime })).toEqual(
      await whole.encode(points, { runtime }),
    );
  });

  test('says what is wrong', async () => {
    const points = rows(20, 3);
    const cases: [Promise<unknown>, RegExp][] = [
      [vectorQuantizer(points, { runtime }), /k is missing/],
      [vectorQuantizer(points, { k: 4, codeBits: 2, runtime }), /k is 4 and codeBits 2/],
      [vectorQuantizer(points, { k: 21, runtime }), /k is 21, but points has only 20 rows/],
      [vectorQuantizer(points, { k: 2, subspaces: 4, runtime }), /only 3 columns/],
      [vectorQuantizer(points, { k: 2, valueBits: 16 as 8, runtime }), /valueBits is 16/],
      [
        vectorQuantizer({ shape: [4, 2], blocks: () => [] }, { k: 2, subspaces: 2, runtime }),
        /gave 0 of the 4 rows/,
      ],
      [
        vectorQuantizer({ data: [1, 2, 3, NaN], shape: [2, 2] }, { k: 1, subspaces: 2, runtime }),
        /row 1, column 1 is NaN/,
      ],
    ];
    for (const [work, message] of cases) await expect(work).rejects.toThrow(message);
    const quantizer = await vectorQuantizer(points, { k: 3, runtime });
    expect(() => quantizer.decode([0, 3])).toThrow(/codes\[1\] is 3/);
    expect(() => quantizer.decode([])).toThrow(/there are 0 codes/);
    await expect(quantizer.encode(rows(2, 2), { runtime })).rejects.toThrow(/2 columns, but 3/);
  });
});

describe('.vq', () => {
  const image = {
    data: Uint8Array.from({ length: 11 * 9 * 3 }, (_, i) => (i * i) % 251),
    ...{ width: 11, height: 9, channels: 3 },
  };

  test('holds rows, in any number of kinds', async () => {
    const points = rows(50, 4);
    for (const k of [1, 5, 8]) {
      const quantizer = await vectorQuantizer(points, { k, subspaces: 2, runtime });
      const content = readVq(writeVq(quantizer));
      expect(content.picture).toBeUndefined();
      expect(content.quantizer.decode()).toEqual(quantizer.decode());
      expect(content.encoded).toEqual(quantizer.encoded);
      const others = await quantizer.encode(rows(7, 4), { runtime });
      const both = readVq(writeVq(quantizer, { encoded: others }));
      expect(both.quantizer.decode()).toEqual(quantizer.decode(others));
    }
  });

  test('holds a picture, whose sides need be no multiples of a block', async () => {
    const { bytes, quantizer } = await encodeImage(image, { k: 6, block: 4, runtime });
    const decoded = decodeImage(bytes);
    expect([decoded.width, decoded.height, decoded.channels]).toEqual([11, 9, 3]);
    expect(decoded.data.length).toBe(image.data.length);
    // As many entries as blocks: nothing is lost.
    const all = quantizer.encoded.shape[0];
    const exact = await encodeImage(image, { k: all, block: 4, runtime });
    expect(Uint8Array.from(decodeImage(exact.bytes).data)).toEqual(image.data);
    const floats = { ...image, data: Float32Array.from(image.data, (value) => value / 7) };
    const kept = await encodeImage(floats, { k: all, block: 4, runtime });
    decodeImage(kept.bytes).data.forEach((value, at) => {
      expect(Math.abs(value - floats.data[at])).toBeLessThan(1e-5);
    });
  });

  test('is refused when it is cut off, altered, of another version or no such file', async () => {
    const { bytes } = await encodeImage(image, { k: 3, block: 3, runtime });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => readVq(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'invalid-argument', argument: 'bytes' }) as Error,
      );
    }
    for (let at = 0; at < bytes.length; at++) {
      const altered = bytes.slice();
      altered[at] ^= 1 << (at % 8);
      expect(() => readVq(altered)).toThrow(
        expect.objectContaining({ code: 'invalid-argument', argument: 'bytes' }) as Error,
      );
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(() => readVq(longer)).toThrow(/but its header says/);
    const newer = bytes.slice();
    newer[8] = 2;
    expect(() => readVq(newer)).toThrow(/is of version 2; this library reads version 1/);
    expect(() => readVq(bytes.subarray(0, 70))).toThrow(/has 70 bytes, but its header says/);
    const quantizer = await vectorQuantizer(rows(20, 2), { k: 3, runtime });
    expect(() => decodeImage(writeVq(quantizer))).toThrow(/holds rows, no picture/);
  });
});
