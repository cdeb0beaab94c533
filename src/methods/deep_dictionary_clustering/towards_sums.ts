/** Codes drawn to sums of one another. */
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import type { Matrix } from '../../ops/algebra/algebra.js';
import { solveExpressed } from '../transformed_subspace_clustering/self_expression.js';
import { inputOf, type Stack } from './layers.js';

/**
 * Z with weight (Z D D' - Y D') + mu (I - C)'(I - C) Z = 0: D D' = V S V' takes it apart into columns of Z V, each with
 * its own shift.
 */
export async function drawToSums(stack: Stack, coefficients: Matrix, mu: number): Promise<void> {
  const { algebra, layers, nonNegative, pause } = stack;
  const { k, held, codes, weight } = layers[layers.length - 1];
  const squares = await algebra.gram(held);
  const known = Float64Array.from(await algebra.read(squares));
  const { values, vectors } = await symmetricEigen(known, k, pause);
  const turn = await algebra.matrix(
    k,
    k,
    vectors.flatMap((vector) => [...vector]),
  );
  const directions = await algebra.product(turn, held);
  const right = await algebra.product(inputOf(stack, layers.length - 1), directions, {
    transposeB: true,
    alpha: weight,
  });
  const shifts = values.map((value) => weight * Math.max(0, value));
  const turned = await solveExpressed(algebra, coefficients, mu, shifts, right, pause);
  await algebra.product(turned, turn, { into: codes, clampAtZero: nonNegative });
  algebra.free(squares, turn, directions, right, turned);
}
