import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as defaultRuntime from '../../host/default_runtime.js';
import { FakeDevice, fakeGpu } from './fake_device.js';

let { withDefaultRuntime, configureSharedRuntime }: typeof defaultRuntime = defaultRuntime;

beforeEach(async () => {
  // Each test begins with no shared runtime.
  vi.resetModules();
  ({ withDefaultRuntime, configureSharedRuntime } = await import('../../host/default_runtime.js'));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const offer = (...devices: FakeDevice[]) => {
  vi.stubGlobal('navigator', { gpu: fakeGpu(devices) });
};

const deviceInUse = () => withDefaultRuntime((runtime) => Promise.resolve(runtime.device));

test('all calls share one device', async () => {
  offer(new FakeDevice(), new FakeDevice());
  const [a, b] = await Promise.all([deviceInUse(), deviceInUse()]);
  expect(a).toBe(b);
  expect(await deviceInUse()).toBe(a);
});

test('a lost device is replaced', async () => {
  const [first, second] = [new FakeDevice(), new FakeDevice()];
  offer(first, second);
  expect(await deviceInUse()).toBe(first);
  first.lose('unknown');
  await first.lost;
  expect(await deviceInUse()).toBe(second);
});

test.each([2, 1, 0])('work that lost its device begins again %i times', async (retries) => {
  const devices = [1, 2, 3].map(() => new FakeDevice());
  offer(...devices);
  const lostOn: GPUDevice[] = [];
  const working = withDefaultRuntime(async (runtime) => {
    lostOn.push(runtime.device);
    devices[lostOn.length - 1].lose('unknown');
    return runtime.guard(new Promise(() => undefined));
  }, retries);
  await expect(working).rejects.toMatchObject({ code: 'device-lost' });
  expect(lostOn).toEqual(devices.slice(0, retries + 1));
});

test('without an adapter it throws, and the next call asks again', async () => {
  offer();
  await expect(deviceInUse()).rejects.toMatchObject({ code: 'no-adapter' });
  const device = new FakeDevice();
  offer(device);
  expect(await deviceInUse()).toBe(device);
});

test('all who wait after a loss get the one that replaces it', async () => {
  const devices = [1, 2, 3, 4].map(() => new FakeDevice());
  offer(...devices);
  await deviceInUse();
  devices[0].lose('unknown');
  await devices[0].lost;
  const inUse = await Promise.all([1, 2, 3].map(deviceInUse));
  expect(inUse).toEqual([devices[1], devices[1], devices[1]]);
  expect(devices[1].destroy).not.toHaveBeenCalled();
});

const refusal = () => Promise.reject(new DOMException('', 'OperationError'));
const { features, limits } = new FakeDevice();
const lost = new FakeDevice();
lost.lose('destroyed');

test.each<[string, () => Promise<unknown>]>([
  ['an adapter refused', refusal],
  ['no answer about an adapter', () => new Promise(() => undefined)],
  ['a device refused', () => Promise.resolve({ features, limits, requestDevice: refusal })],
  ['no device', () => Promise.resolve({ features, limits, requestDevice: () => undefined })],
  [
    'a device lost from the start',
    () => Promise.resolve({ features, limits, requestDevice: () => Promise.resolve(lost) }),
  ],
])('%s is as good as no adapter, and the next call asks again', async (_, requestAdapter) => {
  vi.stubGlobal('navigator', { gpu: { requestAdapter } });
  configureSharedRuntime({ watchdog: 50 });
  await expect(deviceInUse()).rejects.toMatchObject({ code: 'no-adapter' });
  const device = new FakeDevice();
  offer(device);
  expect(await deviceInUse()).toBe(device);
});

test('other options make another device, and leave the one in use to its users', async () => {
  const [first, second] = [new FakeDevice(), new FakeDevice()];
  offer(first, second);
  await withDefaultRuntime(async () => {
    configureSharedRuntime({ limits: { maxBufferSize: 1000 } });
    const next = await withDefaultRuntime(({ device, limits }) =>
      Promise.resolve({ device, limits }),
    );
    expect(next).toMatchObject({ device: second, limits: { maxBufferSize: 1000 } });
    expect(first.destroy).not.toHaveBeenCalled();
  });
  await vi.waitFor(() => {
    expect(first.destroy).toHaveBeenCalled();
  });
  expect(() => {
    configureSharedRuntime({ watchdog: Number.NaN });
  }).toThrow(/watchdog is NaN/);
});

test('an error of the work is passed on', async () => {
  offer(new FakeDevice());
  const failing = withDefaultRuntime(() => Promise.reject(new Error('of the work')));
  await expect(failing).rejects.toThrow('of the work');
});
