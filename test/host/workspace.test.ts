import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  DeviceLimitError,
  DeviceLostError,
  KernelError,
  OutOfMemoryError,
} from '../../host/errors.js';
import type { Recording } from '../../host/recording.js';
import { Runtime } from '../../host/runtime.js';
import { Workspace } from '../../host/workspace.js';
import { asDevice, FakeDevice } from './fake_device.js';

let device: FakeDevice;
let runtime: Runtime;
let workspace: Workspace;

beforeEach(async () => {
  device = new FakeDevice();
  runtime = await Runtime.create({ device: asDevice(device) });
  workspace = new Workspace(runtime, 'job');
});

describe('allocate', () => {
  test('labels buffers and rounds their sizes up to 16 bytes', async () => {
    await workspace.allocate({ labels: 20, norms: 0 });
    expect(device.buffers).toMatchObject([
      { label: 'job: labels', size: 32 },
      { label: 'job: norms', size: 16 },
    ]);
  });

  test('refuses what no buffer may hold before asking the device', async () => {
    const allocating = workspace.allocate({ labels: device.limits.maxBufferSize + 1 });
    await expect(allocating).rejects.toThrow(DeviceLimitError);
    await expect(allocating).rejects.toThrow(/'job: labels' needs 1048577 bytes.*1048576/);
    expect(device.buffers).toHaveLength(0);
  });

  test.each([
    ['out-of-memory', OutOfMemoryError],
    ['validation', KernelError],
    ['internal', KernelError],
  ] as const)('an error of kind %s is thrown', async (kind, Kind) => {
    device.failing = kind;
    const allocating = workspace.allocate({ labels: 64 });
    await expect(allocating).rejects.toThrow(Kind);
    await expect(allocating).rejects.toThrow(`job: the device says ${kind}`);
  });
});

test('once failed it stays failed, and others on the same runtime do not', async () => {
  const other = new Workspace(runtime, 'other');
  device.failing = 'out-of-memory';
  await expect(workspace.allocate({ a: 64 })).rejects.toThrow(OutOfMemoryError);
  await expect(workspace.settle()).rejects.toThrow(OutOfMemoryError);
  await other.allocate({ a: 64 });
});

test('a refused buffer that was released already is given to no other job', async () => {
  device.failing = 'validation';
  const uniforms = workspace.capture(() => workspace.uniformBuffer('uniforms', 256));
  workspace.release(uniforms);
  await expect(workspace.settle()).rejects.toThrow(KernelError);
  workspace.dispose();
  const next = new Workspace(runtime, 'next');
  const again = next.capture(() => next.uniformBuffer('uniforms', 256));
  expect(again).not.toBe(uniforms);
  await next.settle();
});

test('memory that WebGPU does not take is copied, a piece at a time', async () => {
  const written: unknown[] = [];
  Object.assign(device, {
    queue: { writeBuffer: (_: unknown, __: unknown, bytes: unknown) => written.push(bytes) },
  });
  const { a } = await workspace.allocate({ a: 64 });
  const resizable = { maxByteLength: 64 } as object;
  for (const memory of [
    new SharedArrayBuffer(16),
    new (SharedArrayBuffer as new (size: number, options: object) => SharedArrayBuffer)(
      16,
      resizable,
    ),
    new (ArrayBuffer as new (size: number, options: object) => ArrayBuffer)(16, resizable),
  ]) {
    workspace.upload(a, new Float32Array(memory).fill(3));
    const bytes = written.pop() as ArrayBuffer & { resizable?: boolean };
    expect(bytes).toBeInstanceOf(ArrayBuffer);
    expect(bytes.resizable ?? false).toBe(false);
    expect(new Float32Array(bytes)).toEqual(new Float32Array(4).fill(3));
  }
  const plain = new Float32Array(4);
  workspace.upload(a, plain);
  expect(written).toEqual([plain.buffer]);
});

test('once the signal is aborted nothing is waited for', async () => {
  const controller = new AbortController();
  const cancelled = new Workspace(runtime, 'cancelled', controller.signal);
  const waiting = cancelled.finished(new Promise(() => undefined));
  controller.abort('enough');
  await expect(waiting).rejects.toBe('enough');
  await expect(cancelled.settle()).rejects.toBe('enough');
  await workspace.settle();
});

describe('dispose', () => {
  test('gives all buffers back for the next job', async () => {
    await workspace.allocate({ a: 64, b: 128 });
    expect(runtime.pool.usedBytes).toBe(192);
    workspace.dispose();
    workspace.dispose();
    expect(runtime.pool.usedBytes).toBe(0);
    await new Workspace(runtime, 'next').allocate({ c: 64 });
    expect(device.buffers).toHaveLength(2);
  });

  test('gives none back that a refused allocation may have spoilt', async () => {
    device.failing = 'out-of-memory';
    await expect(workspace.allocate({ a: 64 })).rejects.toThrow(OutOfMemoryError);
    workspace.dispose();
    expect(runtime.pool.usedBytes).toBe(0);
    expect(device.buffers[0].destroyed).toBe(true);
    await new Workspace(runtime, 'next').allocate({ c: 64 });
    expect(device.buffers).toHaveLength(2);
  });
});

describe('a lost device', () => {
  test('rejects what is under way', async () => {
    const waiting = runtime.guard(new Promise(() => undefined));
    device.lose('unknown');
    await expect(waiting).rejects.toThrow(DeviceLostError);
    await expect(waiting).rejects.toThrow(/unknown: as the test wanted/);
  });

  test('rejects what comes later, and tells why', async () => {
    device.lose('unknown');
    await device.lost;
    await expect(runtime.guard(Promise.resolve(1))).rejects.toThrow(DeviceLostError);
    await expect(workspace.allocate({ a: 64 })).rejects.toThrow(DeviceLostError);
    // Its own failure, once the loss is told, is not left as an unhandled rejection.
    const failing = runtime.guard(Promise.reject(new Error('mapping failed')));
    await expect(failing).rejects.toThrow(DeviceLostError);
    expect(runtime.loss).toBeInstanceOf(DeviceLostError);
  });

  test('is told instead of the failure that it causes', async () => {
    const failing = runtime.guard(Promise.reject(new Error('mapping failed')));
    device.lose('unknown');
    await expect(failing).rejects.toThrow(DeviceLostError);
  });
});

test('a failure without a loss is told as it is, once no loss can be behind it', async () => {
  vi.useFakeTimers();
  try {
    const failing = expect(
      runtime.guard(Promise.reject(new Error('mapping failed'))),
    ).rejects.toThrow('mapping failed');
    await vi.runAllTimersAsync();
    await failing;
  } finally {
    vi.useRealTimers();
  }
});

test('an error of our own is told at once', async () => {
  const failing = runtime.guard(Promise.reject(new KernelError('does not compile')));
  await expect(failing).rejects.toThrow('does not compile');
});

describe('a recording with steps of the host', () => {
  /** What reaches the device, and when the host is at work. */
  function watch(): string[] {
    const log: string[] = [];
    Object.assign(device, {
      createCommandEncoder: () => ({
        clearBuffer: ({ label }: GPUBuffer) => log.push(`clear ${label}`),
        finish: () => undefined,
      }),
      queue: { submit: () => log.push('submit') },
    });
    return log;
  }

  test('is sent in parts, each once its step is done, as often as it is submitted', async () => {
    const log = watch();
    const { a, b, c } = await workspace.allocate({ a: 16, b: 16, c: 16 });
    const recording = workspace
      .record('in parts')
      .clear(a)
      .hostStep(async () => {
        await Promise.resolve();
        log.push('step');
      })
      .clear(b);
    const plain = workspace.record('whole').clear(c);
    const parts = ['clear job: a', 'submit', 'step', 'clear job: b'];
    await workspace.submitInParts([[recording]]);
    expect(log.splice(0)).toEqual([...parts, 'submit']);
    await workspace.submitInParts([[recording], [plain]]);
    expect(log).toEqual([...parts, 'clear job: c', 'submit']);
  });

  test('goes side by side with others that wait for the same steps, which are done once', async () => {
    const log = watch();
    const { a, b } = await workspace.allocate({ a: 16, b: 16 });
    const step = () => Promise.resolve(void log.push('step'));
    const twice = (buffer: GPUBuffer) => (recording: Recording) =>
      void recording.clear(buffer).hostStep(step).clear(buffer);
    await workspace.runInParts('side by side', twice(a), twice(b));
    const both = ['clear job: a', 'clear job: b', 'submit'];
    expect(log).toEqual([...both, 'step', ...both]);
    const other = (recording: Recording) => void recording.hostStep(() => step()).clear(b);
    for (const build of [other, (recording: Recording) => void recording.clear(b)]) {
      await expect(workspace.runInParts('different', twice(a), build)).rejects.toThrow(KernelError);
    }
  });

  test('stops where a step fails', async () => {
    const log = watch();
    const { a } = await workspace.allocate({ a: 16 });
    const failing = workspace.runInParts('failing', (recording) =>
      recording.hostStep(() => Promise.reject(new RangeError('no rows'))).clear(a),
    );
    await expect(failing).rejects.toThrow('no rows');
    expect(log).not.toContain('clear job: a');
  });

  test('is refused by submit; without any step all is sent at once', async () => {
    const log = watch();
    const recording = workspace.record('in parts').hostStep(() => Promise.resolve());
    expect(() => {
      recording.submit();
    }).toThrow(KernelError);
    expect(log).toEqual([]);
    const sent = workspace.submitInParts([[workspace.record('whole')]]);
    expect(log).toEqual(['submit']);
    await sent;
  });
});
