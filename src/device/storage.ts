/** Kernels over rows that may be held as float16. */
import { KernelError } from '../../host/errors.js';
import type { KernelSource } from '../../host/kernel.js';
import float16 from '../../shaders/lib/stored_float16.wgsl?text';
import float32 from '../../shaders/lib/stored_float32.wgsl?text';
import type { Storage } from '../kmeans_backend.js';

/** Bytes of four columns of a row. */
export const QUAD_BYTES: Readonly<Record<Storage, number>> = { float32: 16, float16: 8 };

/** Whether a kernel can read rows in either form. */
export function readsStored({ code }: KernelSource): boolean {
  return code.includes('array<Stored>') && code.includes(float32);
}

/** `kernel` over rows that are held so. */
export function storedAs(storage: Storage, kernel: KernelSource): KernelSource {
  if (storage === 'float32') return kernel;
  if (!readsStored(kernel)) {
    throw new KernelError(
      `kernel '${kernel.name}' reads rows in float32 only; import lib/points_layout.wgsl and read them by unpacked().`,
    );
  }
  return { ...kernel, code: kernel.code.replace(float32, float16) };
}
