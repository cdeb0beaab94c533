import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findVulkan, probeAdapter, swiftShaderEnvironment, unpack } from '../../src/cli/vulkan.js';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'vulkan-test-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

describe('unpack', () => {
  test('several at once leave one whole folder, owned by this user', async () => {
    const folders = await Promise.all([1, 2, 3].map(() => unpack('swiftshader')));
    expect(new Set(folders).size).toBe(1);
    expect(await readdir(join(cache, 'webgpu-clustering'))).toHaveLength(1);
    const library = await stat(join(folders[0], 'libvk_swiftshader.so'));
    expect(library.size).toBeGreaterThan(1_000_000);
    expect(library.uid).toBe(process.getuid?.());
  });

  test('uses the temporary folder when the cache folder cannot be made', async () => {
    vi.stubEnv('XDG_CACHE_HOME', '/dev/null/cache');
    vi.stubEnv('TMPDIR', cache);
    expect(await unpack('swiftshader')).toMatch(join(cache, 'webgpu-clustering-'));
  });
});

describe('findVulkan', () => {
  test('respects a driver that the environment names', async () => {
    for (const [name, value] of Object.entries(await swiftShaderEnvironment()))
      vi.stubEnv(name, value);
    const { adapter, variables } = await findVulkan();
    expect(adapter).toContain('SwiftShader');
    expect(variables).toEqual({});
  });

  test('takes SwiftShader where the system offers no driver', async () => {
    vi.stubEnv('VK_DRIVER_FILES', undefined);
    vi.stubEnv('VK_ICD_FILENAMES', undefined);
    // The loader's own filter hides whatever drivers this machine has.
    vi.stubEnv('VK_LOADER_DRIVERS_SELECT', 'vk_swiftshader_icd.json');
    expect(await probeAdapter({})).toBeUndefined();
    const { adapter, variables } = await findVulkan();
    expect(adapter).toContain('SwiftShader');
    expect(variables).toHaveProperty('LD_LIBRARY_PATH');
    expect(await probeAdapter(variables)).toMatchObject({ adapter });
  });

  test('a named driver that does not work is an error that names it', async () => {
    vi.stubEnv('VK_DRIVER_FILES', '/nowhere/icd.json');
    await expect(findVulkan()).rejects.toThrow(/'\/nowhere\/icd\.json'.*--device cpu/);
  });
});

test('names the packages to install where they are not', async () => {
  vi.resetModules();
  vi.doMock('node:module', () => ({
    createRequire: () => ({
      resolve: (name: string) => {
        throw new Error(`Cannot find module '${name}'`);
      },
    }),
  }));
  try {
    const bare = await import('../../src/cli/vulkan.js');
    await expect(bare.findVulkan()).rejects.toMatchObject({
      code: 'missing-package',
      message: expect.stringContaining('npm install webgpu @sparticuz/chromium') as string,
    });
  } finally {
    vi.doUnmock('node:module');
  }
});
