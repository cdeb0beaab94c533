import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const create = vi.fn(() => ({}));
vi.mock('webgpu', () => ({ create }));
const createGPUInstance = vi.fn();
vi.mock('bun-webgpu', () => ({ createGPUInstance }));

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('navigator', {});
});

afterEach(() => {
  vi.unstubAllGlobals();
  create.mockClear();
});

async function findGpu(versions: Readonly<Record<string, string>>): Promise<GPU> {
  vi.stubGlobal('process', { ...process, versions: { node: '20.0.0', ...versions } });
  return (await import('../../host/gpu.js')).findGpu();
}

test("Electron's main process is never given the native package, which crashes it", async () => {
  const finding = findGpu({ electron: '40.0.0' });
  await expect(finding).rejects.toMatchObject({ code: 'no-adapter' });
  await expect(finding).rejects.toThrow(/^Electron's main process .*run this in a window/);
  expect(create).not.toHaveBeenCalled();
});

test("Bun is given its own, with what it lacks: an adapter's own limits, and what a compiler says", async () => {
  const requestDevice = vi.fn((asked: GPUDeviceDescriptor) =>
    Promise.resolve({ asked, createShaderModule: () => ({}) }),
  );
  const limits = {
    maxStorageBuffersInVertexStage: 0,
    maxStorageBuffersInFragmentStage: 0,
    maxStorageTexturesInVertexStage: 0,
    maxStorageTexturesInFragmentStage: 0,
  };
  createGPUInstance.mockReturnValue({
    requestAdapter: () => Promise.resolve({ limits, requestDevice }),
  });
  const adapter = await (await findGpu({ bun: '1.4.0' })).requestAdapter();
  const device = await adapter!.requestDevice({ requiredLimits: { maxBufferSize: 5 } });
  expect(requestDevice).toHaveBeenCalledWith({ requiredLimits: { ...limits, maxBufferSize: 5 } });
  const { messages } = await device.createShaderModule({ code: '' }).getCompilationInfo();
  expect(messages).toEqual([]);
  expect(create).not.toHaveBeenCalled();
});

test('Bun without it is told how to get it', async () => {
  createGPUInstance.mockImplementation(() => {
    throw new Error('missing');
  });
  await expect(findGpu({ bun: '1.4.0' })).rejects.toThrow(/^Bun has no .*'bun add bun-webgpu'/);
});

test('Node is', async () => {
  await findGpu({});
  expect(create).toHaveBeenCalledTimes(1);
});
