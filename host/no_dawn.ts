/** What the build for pages has in the place of dawn.ts: pages bring WebGPU themselves. */
import { NoAdapterError } from './errors.js';

/** @throws NoAdapterError always: Node has taken what was built for pages */
export function loadDawn(): Promise<GPU> {
  return Promise.reject(
    new NoAdapterError(
      `This is the build of webgpu-clustering for pages, which loads no Dawn in Node; import it without the condition 'browser'.`,
    ),
  );
}
