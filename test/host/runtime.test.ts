import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  DeviceLimitError,
  DeviceLostError,
  InvalidArgumentError,
  NoAdapterError,
} from '../../host/errors.js';
import { createRuntime, Runtime } from '../../host/runtime.js';
import { asDevice, type FakeAdapter, FakeDevice, fakeGpu } from './fake_device.js';

describe('what runs the work', () => {
  const info = { vendor: 'apple', architecture: 'metal', device: '', description: '' };

  test('is told by the adapter where the device does not (Safari 26.0), and then no subgroups are used', async () => {
    const device = new FakeDevice();
    device.adapterInfo = undefined;
    device.features.add('subgroups');
    const runtime = await Runtime.create({
      gpu: fakeGpu([device], { ...info, subgroupMinSize: 8, subgroupMaxSize: 8 }),
    });
    expect(runtime.info).toEqual(info);
    expect([runtime.subgroupSize, runtime.lanes]).toEqual([0, 0]);
  });

  test('is unknown where neither tells', async () => {
    const device = new FakeDevice();
    device.adapterInfo = undefined;
    const unknown = { vendor: '', architecture: '', device: '', description: '' };
    for (const options of [{ gpu: fakeGpu([device]) }, { device: asDevice(device) }]) {
      expect((await Runtime.create(options)).info).toEqual(unknown);
    }
  });

  test.each([
    ['apple', 32, 32, 4],
    ['nvidia', 32, 32, 32],
    ['amd', 32, 64, 32],
    ['intel', 8, 32, 8],
  ])('%s, subgroups of %i to %i: at least %i', async (vendor, least, most, taken) => {
    const device = new FakeDevice();
    device.adapterInfo = { vendor, subgroupMinSize: least, subgroupMaxSize: most };
    device.features.add('subgroups');
    const runtime = await Runtime.create({ device: asDevice(device) });
    expect(runtime.subgroupSize).toBe(taken);
  });
});

describe('what a device to be lent must have', () => {
  const limits = { maxBufferSize: 1 << 20, minStorageBufferOffsetAlignment: 256 };

  test('is asked for', async () => {
    const device = new FakeDevice();
    const gpu = fakeGpu([device]);
    const adapter = (await gpu.requestAdapter()) as unknown as FakeAdapter;
    adapter.features.add('float32-filterable');
    adapter.limits.maxBindGroups = 8;
    const runtime = await createRuntime({
      gpu,
      requiredFeatures: ['float32-filterable'],
      requiredLimits: { maxBindGroups: 8 },
    });
    const [asked] = vi.mocked(adapter.requestDevice).mock.lastCall!;
    expect(asked).toMatchObject({
      requiredFeatures: ['float32-filterable'],
      requiredLimits: { maxBindGroups: 8, maxBufferSize: 1 << 20 },
    });
    // What others do with it is theirs: see the conformance suite.
    expect(device.addEventListener).not.toHaveBeenCalled();
    runtime.dispose();
  });

  test.each([
    [{ requiredFeatures: ['bgra8unorm-storage'] }, /lacks feature bgra8unorm-storage;/],
    [
      { requiredLimits: { ...limits, maxBufferSize: 2 ** 40 } },
      /lacks maxBufferSize 1099511627776 \(has 1048576\)/,
    ],
    [{ requiredLimits: { minStorageBufferOffsetAlignment: 32 } }, /Alignment 32 \(has undefined\)/],
  ] as const)('is named where it is missing: %o', async (required, message) => {
    for (const options of [
      { gpu: fakeGpu([new FakeDevice()]) },
      { device: asDevice(new FakeDevice()) },
    ]) {
      const creating = createRuntime({ ...options, ...required });
      await expect(creating).rejects.toThrow(DeviceLimitError);
      await expect(creating).rejects.toThrow(message);
    }
  });
});

test.each<[string, unknown, RegExp]>([
  ['null', null, /options is null; it must be an object/],
  ['an unknown option', { adapter: 1 }, /no 'adapter'.*device, gpu, .*powerPreference, limits/],
  ['no device', { device: {} }, /device is \[object Object\]; it must be a GPUDevice/],
  ['no GPU', { gpu: null }, /gpu is null/],
  ['a NaN limit', { limits: { maxBufferSize: Number.NaN } }, /limits\.maxBufferSize is NaN/],
  ['a limit of 0', { limits: { maxBufferSize: 0 } }, /maxBufferSize is 0.*whole number >= 1/],
  ['a bigint limit', { limits: { maxBufferSize: 5n } }, /maxBufferSize is 5n/],
  ['an unknown limit', { limits: { maxBufers: 5 } }, /no 'maxBufers'/],
  ['a watchdog of 0', { watchdog: 0 }, /watchdog is 0.*above 0, or Infinity/],
  ['no list of features', { requiredFeatures: 'subgroups' }, /requiredFeatures is 'subgroups'/],
  ['a feature that is no name', { requiredFeatures: [1] }, /requiredFeatures is .*list of names/],
  [
    'a limit that is none',
    { requiredLimits: { maxBindGroups: '8' } },
    /requiredLimits is .*numbers/,
  ],
  ['bigint tuning', { tuning: 5n }, /tuning is 5n/],
  ['no store', { tuning: { store: null } }, /tuning\.store is null/],
])('%s is refused', async (_, options, message) => {
  const creating = createRuntime(options as object);
  await expect(creating).rejects.toThrow(InvalidArgumentError);
  await expect(creating).rejects.toThrow(message);
});

describe('a device that does not answer', () => {
  let device: FakeDevice;
  let runtime: Runtime;
  const never = () => new Promise(() => undefined);

  beforeEach(async () => {
    vi.useFakeTimers();
    device = new FakeDevice();
    runtime = await Runtime.create({ device: asDevice(device), watchdog: 1000 });
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('is given up after the time of the watchdog', async () => {
    const waiting = expect(runtime.guard(never())).rejects.toThrow(DeviceLostError);
    await vi.advanceTimersByTimeAsync(999);
    expect(runtime.loss).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    await expect(runtime.guard(Promise.resolve(1))).rejects.toThrow(/answered nothing for 1 s/);
  });

  test('is not given up while it answers others', async () => {
    const waiting = runtime.guard(never());
    waiting.catch(() => undefined);
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(800);
      await runtime.guard(Promise.resolve(i));
    }
    expect(runtime.loss).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runtime.loss).toBeInstanceOf(DeviceLostError);
  });

  test('is not given up while the page is hidden, nor where nothing waits, nor with Infinity', async () => {
    await vi.advanceTimersByTimeAsync(5000);
    const page = { visibilityState: 'hidden' };
    vi.stubGlobal('document', page);
    const patient = await Runtime.create({ device: asDevice(device), watchdog: Infinity });
    for (const one of [runtime, patient]) one.guard(never()).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(5000);
    expect(runtime.loss).toBeUndefined();
    page.visibilityState = 'visible';
    await vi.advanceTimersByTimeAsync(1000);
    expect([runtime.loss, patient.loss]).toEqual([expect.any(DeviceLostError), undefined]);
  });

  test('keeps nobody who has given up himself', async () => {
    const controller = new AbortController();
    const waiting = expect(runtime.guard(never(), controller.signal)).rejects.toBe('enough');
    controller.abort('enough');
    await waiting;
    await expect(runtime.guard(never(), controller.signal)).rejects.toBe('enough');
    await vi.advanceTimersByTimeAsync(5000);
    expect(runtime.loss).toBeUndefined();
  });

  test('is not waited for by dispose, where it is our own', async () => {
    const own = new FakeDevice();
    const owning = await Runtime.create({ gpu: fakeGpu([own]), watchdog: 1000 });
    const waiting = expect(owning.guard(never())).rejects.toThrow(
      /make another with createRuntime/,
    );
    await vi.advanceTimersByTimeAsync(1000);
    await waiting;
    owning.dispose();
    expect(own.destroy).not.toHaveBeenCalled();
  });

  test('nor is an adapter waited for', async () => {
    const gpu = { requestAdapter: never } as unknown as GPU;
    const creating = expect(Runtime.create({ gpu, watchdog: 1000 })).rejects.toThrow(
      NoAdapterError,
    );
    await vi.advanceTimersByTimeAsync(1000);
    await creating;
  });
});

test('what waits for a runtime that is disposed is told at once', async () => {
  const device = new FakeDevice();
  const runtime = await Runtime.create({ device: asDevice(device) });
  const waiting = runtime.guard(new Promise(() => undefined));
  runtime.dispose();
  await expect(waiting).rejects.toThrow(/disposed.*make another with createRuntime/);
  expect(device.destroy).not.toHaveBeenCalled();
});
