/** How rows are held, and kernels over them. */
import { KernelError } from '../../host/errors.js';
import type { KernelSource } from '../../host/kernel.js';
import type { Storage } from './load_options.js';

/** As the caller wants it, or in a byte a number where that is exact (see reference/bytes.ts). */
export type Held = Storage | 'bytes';

/** Bytes of four columns of a row. */
export const QUAD_BYTES: Readonly<Record<Held, number>> = { float32: 16, float16: 8, bytes: 4 };

/** What shaders/lib/points_layout.wgsl calls them. */
const STORED: Readonly<Record<Held, number>> = { float32: 0, float16: 1, bytes: 2 };

/** Whether a kernel can read rows in any form. */
export function readsStored({ code, constants }: KernelSource): boolean {
  return 'STORED' in constants && /array<(Four)?Stored>/.test(code);
}

/** `kernel` over rows that are held so. */
export function storedAs(held: Held, kernel: KernelSource): KernelSource {
  if (held === 'float32') return kernel;
  if (!readsStored(kernel)) {
    throw new KernelError(`kernel '${kernel.name}' reads float32 only.`);
  }
  return { ...kernel, constants: { ...kernel.constants, STORED: String(STORED[held]) } };
}
