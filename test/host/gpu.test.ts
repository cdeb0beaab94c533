import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const create = vi.fn(() => ({}));
vi.mock('webgpu', () => ({ create }));

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

test.each([
  ['Bun', { bun: '1.3.0' }, /^Bun has no WebGPU.*was not loaded; run this in Node or Deno/],
  ["Electron's main process", { electron: '40.0.0' }, /^Electron's main process .*in a window/],
])('%s is never given the native package, which crashes it', async (_, versions, message) => {
  const finding = findGpu(versions);
  await expect(finding).rejects.toMatchObject({ code: 'no-adapter' });
  await expect(finding).rejects.toThrow(message);
  expect(create).not.toHaveBeenCalled();
});

test('Node is', async () => {
  await findGpu({});
  expect(create).toHaveBeenCalledTimes(1);
});
