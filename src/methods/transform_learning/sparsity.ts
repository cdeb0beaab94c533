/** Representations with few numbers other than 0. */
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import { total } from './engine_sums.js';

/** The largest numbers of each row, or those above half of `alpha`, drawn to 0 by it. */
export type Sparsity = { readonly nNonzero: number } | { readonly alpha: number };

/**
 * Makes z the sparse rows nearest to those of y, n x k.
 *
 * @returns alpha sum |Z|, or 0
 */
export async function sparsify(
  algebra: Algebra,
  y: Matrix,
  z: Matrix,
  sparsity: Sparsity,
): Promise<number> {
  if ('alpha' in sparsity) {
    const { alpha } = sparsity;
    await algebra.combine([[1, y]], { softThreshold: alpha / 2, into: z });
    return alpha === 0 ? 0 : alpha * (await total(algebra, z, 'magnitudes'));
  }
  const values = (await algebra.read(y)).slice();
  keepLargest(values, y.columns, sparsity.nNonzero);
  algebra.write(z, values);
  return 0;
}

/** The same of rows on the host, in place. */
export function sparsifyRows(values: Float32Array, columns: number, sparsity: Sparsity): void {
  if (!('alpha' in sparsity)) {
    keepLargest(values, columns, sparsity.nNonzero);
    return;
  }
  const least = sparsity.alpha / 2;
  values.forEach((value, at) => {
    values[at] = Math.sign(value) * Math.max(0, Math.abs(value) - least);
  });
}

/** Of each row; of magnitudes that are equal the first. */
function keepLargest(values: Float32Array | Float64Array, columns: number, count: number): void {
  if (count >= columns) return;
  for (let at = 0; at < values.length; at += columns) {
    const row = values.subarray(at, at + columns);
    const bySize = Array.from(row.keys()).sort(
      (a, b) => Math.abs(row[b]) - Math.abs(row[a]) || a - b,
    );
    for (const column of bySize.slice(count)) row[column] = 0;
  }
}
