/** How rows are held, and kernels over them. */
import { KernelError } from '../../host/errors.js';
import type { KernelSource } from '../../host/kernel.js';
import bytes from '../../shaders/lib/stored_bytes.wgsl?text';
import float16 from '../../shaders/lib/stored_float16.wgsl?text';
import float32 from '../../shaders/lib/stored_float32.wgsl?text';
import type { Storage } from './load_options.js';

/** As the caller wants it, or in a byte a number where that is exact (see reference/bytes.ts). */
export type Held = Storage | 'bytes';

/** Bytes of four columns of a row. */
export const QUAD_BYTES: Readonly<Record<Held, number>> = { float32: 16, float16: 8, bytes: 4 };

const STORED: Readonly<Record<Held, string>> = { float32, float16, bytes };

/** Whether a kernel can read rows in any form. */
export function readsStored({ code }: KernelSource): boolean {
  return /array<(Four)?Stored>/.test(code) && code.includes(float32);
}

/** `kernel` over rows that are held so. */
export function storedAs(held: Held, kernel: KernelSource): KernelSource {
  if (held === 'float32') return kernel;
  if (!readsStored(kernel)) {
    throw new KernelError(
      `kernel '${kernel.name}' reads rows in float32 only; import lib/points_layout.wgsl and read them by unpacked().`,
    );
  }
  return { ...kernel, code: kernel.code.replace(float32, STORED[held]) };
}
