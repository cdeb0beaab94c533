/** Where `navigator.gpu` comes from: the page, the JavaScript runtime, or Dawn in Node. */
import { loadDawn } from './dawn.js';

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
    process?: { versions?: Partial<Record<'node' | 'deno', string>> };
  };
  if (navigator?.gpu) return navigator.gpu;
  const { node, deno } = process?.versions ?? {};
  if (node !== undefined && deno === undefined) {
    dawn ??= loadDawn();
    try {
      return await dawn;
    } catch (error) {
      dawn = undefined;
      throw error;
    }
  }
  throw (await import('./refusals.js')).noWebGpu();
}
