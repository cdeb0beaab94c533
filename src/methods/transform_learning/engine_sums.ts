/** Sums that an engine makes of matrices, brought to the host. */
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';

/** A'B in float64, of sums that the engine makes. */
export async function columnProducts(
  algebra: Algebra,
  a: Matrix,
  b: Matrix,
): Promise<Float64Array> {
  const made =
    a === b
      ? await algebra.gram(a, { transposeA: true })
      : await algebra.product(a, b, { transposeA: true });
  const values = Float64Array.from(await algebra.read(made));
  algebra.free(made);
  return values;
}

/** Of all numbers of A: over rows by the engine, of these in float64. */
export async function total(
  algebra: Algebra,
  a: Matrix,
  of: 'squares' | 'magnitudes',
): Promise<number> {
  const sums = await algebra.sums(a, 'rows', of);
  const values = await algebra.read(sums);
  algebra.free(sums);
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** |A - B|^2, from direct differences. */
export async function squaredDistance(algebra: Algebra, a: Matrix, b: Matrix): Promise<number> {
  const difference = await algebra.combine([
    [1, a],
    [-1, b],
  ]);
  const size = await total(algebra, difference, 'squares');
  algebra.free(difference);
  return size;
}
