import { beforeEach, describe, expect, test } from 'vitest';
import { OutOfMemoryError } from '../../host/errors.js';
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

/** A buffer that the device had nothing against. */
function acquire(label: string, size: number, usage = STORAGE_USAGE): GPUBuffer {
  const buffer = pool.acquire(label, size, usage);
  pool.judge(pool.takeMade(), true);
  return buffer;
}

test('counts the bytes in use, and the most there were', () => {
  const a = acquire('a', 100);
  const b = acquire('b', 50);
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
  const a = acquire('a', 100);
  pool.release(a);
  const b = acquire('b', 100);
  expect(b).toBe(a);
  expect(b.label).toBe('b');
  expect(device.buffers).toHaveLength(1);
});

test.each([
  ['another size', 104, STORAGE_USAGE],
  ['another usage', 100, STORAGE_USAGE | 1],
])('does not for %s', (_, size, usage) => {
  pool.release(acquire('a', 100));
  acquire('b', size, usage);
  expect(device.buffers).toHaveLength(2);
});

test('never has one buffer in two hands', () => {
  const a = acquire('a', 100);
  pool.release(a);
  pool.release(a);
  const [b, c] = [acquire('b', 100), acquire('c', 100)];
  expect(b).not.toBe(c);
  expect(pool.usedBytes).toBe(200);
});

test('keeps no more than 32 MiB for later', () => {
  const buffers = [20, 10, 10].map((size) => acquire('a', size * MIB));
  for (const buffer of buffers) pool.release(buffer);
  expect(device.buffers.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
  expect(pool.usedBytes).toBe(0);
});

describe('a buffer not yet judged', () => {
  test('is given to nobody else before it is known to be sound', () => {
    const a = pool.acquire('a', 100, STORAGE_USAGE);
    const made = pool.takeMade();
    pool.release(a);
    expect(pool.usedBytes).toBe(0);
    expect(acquire('b', 100)).not.toBe(a);
    pool.judge(made, true);
    expect(acquire('c', 100)).toBe(a);
  });

  test.each(['before', 'after'])('is destroyed where it was refused, released %s', (when) => {
    const a = pool.acquire('a', 100, STORAGE_USAGE);
    if (when === 'before') pool.release(a);
    pool.judge(pool.takeMade(), false);
    if (when === 'after') pool.release(a);
    expect(device.buffers[0].destroyed).toBe(true);
    expect(acquire('b', 100)).not.toBe(a);
  });

  test('that could not be made at all is an error of ours', () => {
    device.createBuffer = () => {
      throw new RangeError('no room');
    };
    expect(() => pool.acquire('a', 100, STORAGE_USAGE)).toThrow(OutOfMemoryError);
    expect(() => pool.acquire('a', 100, STORAGE_USAGE)).toThrow(/'a' of 100 bytes.*no room/);
  });
});

describe('dispose', () => {
  test('destroys what is kept and what is in use', () => {
    pool.release(acquire('kept', 100));
    acquire('in use', 200);
    pool.dispose();
    expect(device.buffers.every(({ destroyed }) => destroyed)).toBe(true);
    expect(pool.usedBytes).toBe(0);
  });

  test('a buffer given back afterwards is not counted', () => {
    const late = acquire('late', 100);
    pool.dispose();
    pool.release(late);
    expect(pool.usedBytes).toBe(0);
  });
});
