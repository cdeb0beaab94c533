/** What is said where the CPU takes a device's place; loaded when it does. */
import type { NoAdapterError } from '../../host/errors.js';

let noticed = false;

/** Once a page or process: that the work runs on the CPU, and how to change that. */
export function noticeFallback(reason: NoAdapterError): void {
  if (noticed) return;
  noticed = true;
  console.warn(`webgpu-clustering runs on the CPU, slower than on a GPU. ${reason.message}`);
}
