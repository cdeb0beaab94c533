/** Where `navigator.gpu` comes from: the page, the JavaScript runtime, or Dawn in Node. */
import { loadDawn } from './dawn.js';
import { NoAdapterError } from './errors.js';

/** Dawn aborts the process once its GPU object is collected, so it is kept for good. */
let dawn: Promise<GPU> | undefined;

/** True where the GPU is Dawn's for Node, whose live devices keep the process from ending. */
export function isDawn(): boolean {
  return dawn !== undefined;
}

/**
 * The environment's GPU object.
 *
 * @throws NoAdapterError when there is none, saying how to get one
 */
export async function findGpu(): Promise<GPU> {
  const { navigator, process } = globalThis as {
    navigator?: { gpu?: GPU };
    process?: { versions?: Partial<Record<'node' | 'deno' | 'bun' | 'electron', string>> };
  };
  if (navigator?.gpu) return navigator.gpu;
  const { node, deno, bun, electron } = process?.versions ?? {};
  // They say that they are Node, and the package's native code ends their process.
  if (bun !== undefined || electron !== undefined) {
    const [here, instead] =
      bun === undefined
        ? ["Electron's main process", 'in a window, which has WebGPU, or in a process of Node']
        : ['Bun', 'in Node or Deno'];
    throw new NoAdapterError(
      `${here} has no WebGPU, and the package 'webgpu' (Dawn) crashes there, so it was not loaded; run this ${instead}.`,
    );
  }
  if (node !== undefined && deno === undefined) {
    dawn ??= loadDawn();
    try {
      return await dawn;
    } catch (error) {
      dawn = undefined;
      throw error;
    }
  }
  throw new NoAdapterError(
    'This environment has no WebGPU (navigator.gpu is missing). Pages need HTTPS or localhost and a browser with WebGPU enabled.',
  );
}
