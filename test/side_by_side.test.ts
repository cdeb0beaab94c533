import { expect, test } from 'vitest';
import { Pace } from '../host/pace.js';
import { inBatches, pooled, sideBySide } from '../src/ops/side_by_side.js';

const MIB = 2 ** 20;
const limits = {
  maxBufferSize: 128 * MIB,
  maxStorageBufferBindingSize: 128 * MIB,
  maxComputeWorkgroupsPerDimension: 65_535,
};
const device = () => ({ pace: new Pace(), limits });

test('small pieces go side by side, as many as fit 64 MiB', () => {
  expect(sideBySide(device(), false, { bytes: 10 * MIB, work: 1 })).toBe(6);
  expect(sideBySide(device(), false, { bytes: 65 * MIB, work: 1 })).toBe(1);
});

test('resident rows of much work go one by one, streamed ones do not', () => {
  const runtime = device();
  const piece = { bytes: MIB, work: runtime.pace.budget };
  expect(sideBySide(runtime, false, piece)).toBe(3);
  expect(sideBySide(runtime, true, piece)).toBe(64);
  // A device found to be faster takes more of them.
  runtime.pace.observe(piece.work, 5);
  expect(sideBySide(runtime, false, piece)).toBe(30);
});

test('what lies in one buffer fits one', () => {
  const piece = { bytes: 1024, joint: 1024, work: 1 };
  const small = { ...limits, maxStorageBufferBindingSize: 5000 };
  expect(sideBySide({ pace: new Pace(), limits: small }, false, piece)).toBe(4);
});

test('batches are asked their size anew, and their results joined', async () => {
  const sizes = [2, 1, 5];
  const seen: (readonly number[])[] = [];
  const doubled = await inBatches(
    [1, 2, 3, 4, 5],
    () => sizes.shift()!,
    (batch, first) => {
      seen.push([first, ...batch]);
      return Promise.resolve(batch.map((item) => 2 * item));
    },
  );
  expect(doubled).toEqual([2, 4, 6, 8, 10]);
  expect(seen).toEqual([
    [0, 1, 2],
    [2, 3],
    [3, 4, 5],
  ]);
});

test('a pool keeps so many under way, and begins no other once one has failed', async () => {
  let underWay = 0;
  let most = 0;
  const begun: number[] = [];
  const work = (failing: number) => async (index: number) => {
    begun.push(index);
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, index === 0 ? 8 : 2));
    underWay--;
    if (index === failing) throw new Error(`number ${index}`);
    return 10 * index;
  };
  expect(await pooled(5, 2, work(-1))).toEqual([0, 10, 20, 30, 40]);
  expect(most).toBe(2);
  begun.length = 0;
  await expect(pooled(5, 2, work(1))).rejects.toThrow('number 1');
  expect(begun).toEqual([0, 1]);
  expect(underWay).toBe(0);
});
