/** Kernels over rows that may be held as float16. */
import { KernelError } from '../../host/errors.js';
import type { KernelSource } from '../../host/kernel.js';
import float16 from '../../shaders/lib/stored_float16.wgsl?text';
import float32 from '../../shaders/lib/stored_float32.wgsl?text';
import type { Storage } from '../kmeans_backend.js';

/** Bytes of four columns of a row. */
export const QUAD_BYTES: Readonly<Record<Storage, number>> = { float32: 16, float16: 8 };

/** `kernel` over rows that are held so. */
export function storedAs(storage: Storage, kernel: KernelSource): KernelSource {
  if (storage === 'float32') return kernel;
  if (!kernel.code.includes(float32)) {
    throw new KernelError(
      `kernel '${kernel.name}' reads rows in float32 only; import lib/points_layout.wgsl and read them by unpacked().`,
    );
  }
  return { ...kernel, code: kernel.code.replace(float32, float16) };
}
