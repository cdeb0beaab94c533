/** Which engine runs the work: the caller's runtime, the shared one, or the CPU twin. */
import { withDefaultRuntime } from '../host/default_runtime.js';
import { NoAdapterError } from '../host/errors.js';
import type { Runtime } from '../host/runtime.js';
import { InvalidArgumentError } from './errors.js';
import type { CheckedMatrix, GpuMatrix } from './matrix.js';
import type { CheckedStream } from './point_stream.js';

/** `'cpu'` runs the float64 twin on the host; absent means the shared device, or the twin. */
export type RuntimeChoice = Runtime | 'cpu' | undefined;

let noticed = false;

/** Once a page or process: that the work runs on the CPU, and how to change that. */
function noticeFallback(reason: NoAdapterError): void {
  if (noticed) return;
  noticed = true;
  console.warn(`webgpu-clustering runs on the CPU, slower than on a GPU. ${reason.message}`);
}

/**
 * Runs `onDevice` with the runtime chosen, or `onHost` where the CPU was chosen or no adapter is to
 * be had (which is said once on the console).
 */
export async function withBackend<T>(
  choice: RuntimeChoice,
  points: CheckedMatrix | GpuMatrix | CheckedStream,
  onDevice: (runtime: Runtime) => Promise<T>,
  onHost: () => Promise<T>,
): Promise<T> {
  if (choice === undefined && 'buffer' in points) {
    throw new InvalidArgumentError(
      'runtime',
      `points lie on a GPUDevice, but no runtime was given; pass runtime: await createRuntime({ device }) with the device that owns the buffer.`,
    );
  }
  if (choice === 'cpu') return onHost();
  if (choice) return onDevice(choice);
  try {
    return await withDefaultRuntime(onDevice);
  } catch (error) {
    if (!(error instanceof NoAdapterError)) throw error;
    noticeFallback(error);
    return onHost();
  }
}
