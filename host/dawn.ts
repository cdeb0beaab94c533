/** Dawn, WebGPU for Node, from the package 'webgpu'. The build for pages takes no_dawn.ts instead. */
import { NoAdapterError } from './errors.js';

interface DawnModule {
  readonly create: (options: string[]) => GPU;
}

/**
 * Dawn's GPU object.
 *
 * @throws NoAdapterError where the package is not installed or cannot start
 */
export async function loadDawn(): Promise<GPU> {
  // A name the bundlers of pages do not follow.
  const name = 'webgpu';
  // Within `try`, where bundlers of Node programs let a package be missing.
  try {
    const { create } = (await import(/* @vite-ignore */ name)) as DawnModule;
    return create([]);
  } catch (cause) {
    throw new NoAdapterError(
      `Node has no WebGPU of its own, and the package 'webgpu' (Dawn) could not be loaded; run 'npm install webgpu'.`,
      { cause },
    );
  }
}
