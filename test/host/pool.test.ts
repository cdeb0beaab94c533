import { beforeEach, describe, expect, test } from 'vitest';
import { BufferPool } from '../../host/pool.js';
import { STORAGE_USAGE } from '../../host/usage.js';
import { asDevice, FakeDevice } from './fake_device.js';

const MIB = 1024 * 1024;

let device: FakeDevice;
let pool: BufferPool;

beforeEach(() => {
  device = new FakeDevice();
  pool = new BufferPool(asDevice(device));
});

test('counts the bytes in use, and the most there were', () => {
  const a = pool.acquire('a', 100, STORAGE_USAGE);
  const b = pool.acquire('b', 50, STORAGE_USAGE);
  expect(pool.usedBytes).toBe(150);
  pool.release(a);
  expect(pool.usedBytes).toBe(50);
  expect(pool.peakBytes).toBe(150);
  pool.resetPeak();
  expect(pool.peakBytes).toBe(50);
  pool.discard(b);
  expect(pool.usedBytes).toBe(0);
});

test('gives a buffer out again under its new label', () => {
  const a = pool.acquire('a', 100, STORAGE_USAGE);
  pool.release(a);
  const b = pool.acquire('b', 100, STORAGE_USAGE);
  expect(b).toBe(a);
  expect(b.label).toBe('b');
  expect(device.buffers).toHaveLength(1);
});

test.each([
  ['another size', 104, STORAGE_USAGE],
  ['another usage', 100, STORAGE_USAGE | 1],
])('does not for %s', (_, size, usage) => {
  pool.release(pool.acquire('a', 100, STORAGE_USAGE));
  pool.acquire('b', size, usage);
  expect(device.buffers).toHaveLength(2);
});

test('never has one buffer in two hands', () => {
  const a = pool.acquire('a', 100, STORAGE_USAGE);
  pool.release(a);
  pool.release(a);
  const [b, c] = [pool.acquire('b', 100, STORAGE_USAGE), pool.acquire('c', 100, STORAGE_USAGE)];
  expect(b).not.toBe(c);
  expect(pool.usedBytes).toBe(200);
});

test('keeps no more than 32 MiB for later', () => {
  const buffers = [20, 10, 10].map((size) => pool.acquire('a', size * MIB, STORAGE_USAGE));
  for (const buffer of buffers) pool.release(buffer);
  expect(device.buffers.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
  expect(pool.usedBytes).toBe(0);
});

describe('dispose', () => {
  test('destroys what is kept and what is in use', () => {
    pool.release(pool.acquire('kept', 100, STORAGE_USAGE));
    pool.acquire('in use', 200, STORAGE_USAGE);
    pool.dispose();
    expect(device.buffers.every(({ destroyed }) => destroyed)).toBe(true);
    expect(pool.usedBytes).toBe(0);
  });

  test('a buffer given back afterwards is not counted', () => {
    const late = pool.acquire('late', 100, STORAGE_USAGE);
    pool.dispose();
    pool.release(late);
    expect(pool.usedBytes).toBe(0);
  });
});
