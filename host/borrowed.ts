/** Runtimes around devices that came with a matrix and without a runtime. */
import { Runtime } from './runtime.js';

const runtimes = new WeakMap<GPUDevice, Promise<Runtime>>();

/** One for each device, for as long as that is used; never disposed, as the device is its owner's. */
export function runtimeAround(device: GPUDevice): Promise<Runtime> {
  let runtime = runtimes.get(device);
  if (!runtime) {
    runtime = Runtime.create({ device });
    runtimes.set(device, runtime);
    // Another device may be like it, but this one's failure is for good.
    runtime.catch(() => runtimes.delete(device));
  }
  return runtime;
}
