/** Runtimes around devices that came with a matrix and without a runtime. */
import type { Runtime } from '../../host/runtime.js';
import { InvalidArgumentError } from '../errors.js';

const runtimes = new WeakMap<GPUDevice, Promise<Runtime>>();

/**
 * One for each device, for as long as that is used; never disposed, as the device is its owner's.
 *
 * @param Made `Runtime`: imported here, it would leave the chunk that a page loads first
 * @throws InvalidArgumentError where the points tell of no device
 */
export async function runtimeAround(
  device: GPUDevice | undefined,
  Made: typeof Runtime,
): Promise<Runtime> {
  if (!device) {
    throw new InvalidArgumentError(
      'runtime',
      'points lie on a GPUDevice, but no runtime was given; pass runtime: await createRuntime({ device }) with the ' +
        'device that owns the buffer, or give { buffer, shape, device }.',
    );
  }
  let runtime = runtimes.get(device);
  if (!runtime) {
    runtime = Made.create({ device });
    runtimes.set(device, runtime);
    // Another device may be like it, but this one's failure is for good.
    runtime.catch(() => runtimes.delete(device));
  }
  return runtime;
}
