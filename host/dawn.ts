/**
 * Dawn, WebGPU for Node from the package 'webgpu', for Bun from 'bun-webgpu'. The build for pages takes
 * no_dawn.ts instead.
 */
import type { BunModule } from './bun_gpu.js';
import { NoAdapterError } from './errors.js';

interface DawnModule {
  readonly create: (options: string[]) => GPU;
}

/**
 * Dawn's GPU object.
 *
 * @throws NoAdapterError where the package is not installed or cannot start, and in Electron's main process
 */
export async function loadDawn(): Promise<GPU> {
  // They say that they are Node, and the native code of 'webgpu' ends their process.
  const { bun, electron } = process.versions as Partial<Record<string, string>>;
  if (electron !== undefined) {
    throw new NoAdapterError(
      `Electron's main process has no WebGPU of its own, and the package 'webgpu' (Dawn), which would crash it, ` +
        `was not loaded; run this in a window.`,
    );
  }
  // A name the bundlers of pages do not follow.
  const name = bun === undefined ? 'webgpu' : 'bun-webgpu';
  // Within `try`, where bundlers of Node programs let a package be missing.
  try {
    const loaded: unknown = await import(/* @vite-ignore */ name);
    if (bun !== undefined) return (await import('./bun_gpu.js')).gpuOfBun(loaded as BunModule);
    return (loaded as DawnModule).create([]);
  } catch (cause) {
    throw new NoAdapterError(
      `${bun === undefined ? 'Node' : 'Bun'} has no WebGPU of its own, and the package '${name}' (Dawn) could not be loaded; ` +
        `run '${bun === undefined ? 'npm install' : 'bun add'} ${name}'.`,
      { cause },
    );
  }
}
