import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type * as defaultRuntime from '../../host/default_runtime.js';
import { FakeDevice, fakeGpu } from './fake_device.js';

let withDefaultRuntime: typeof defaultRuntime.withDefaultRuntime;

beforeEach(async () => {
  // Each test begins with no shared runtime.
  vi.resetModules();
  ({ withDefaultRuntime } = await import('../../host/default_runtime.js'));
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

test('without an adapter it throws, and the next call asks again', async () => {
  offer();
  await expect(deviceInUse()).rejects.toMatchObject({ code: 'no-adapter' });
  const device = new FakeDevice();
  offer(device);
  expect(await deviceInUse()).toBe(device);
});

test('an error of the work is passed on', async () => {
  offer(new FakeDevice());
  const failing = withDefaultRuntime(() => Promise.reject(new Error('of the work')));
  await expect(failing).rejects.toThrow('of the work');
});
