/** A symmetric matrix as the span of a few vectors sees it. */
import type { Pause } from './event_loop.js';
import { dot } from './vectors.js';

/** basis^T products, made symmetric, where `products` are what the matrix makes of an orthonormal basis. */
export async function projected(
  basis: readonly Float64Array[],
  products: readonly Float64Array[],
  pause: Pause,
): Promise<Float64Array> {
  const size = basis.length;
  const small = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const mean = (dot(basis[i], products[j]) + dot(basis[j], products[i])) / 2;
      small[i * size + j] = small[j * size + i] = mean;
    }
    await pause();
  }
  return small;
}
