/** CPU twins of shaders/networks/squared_error.wgsl and output_gradient.wgsl. */
import { CURVES } from '../algebra/activation.js';
import type { Matrix } from '../algebra/algebra.js';
import type { OutputGradient, SquaredError } from './gradients.js';

type Values = (matrix: Matrix) => Float64Array;

export function squaredError({ y, x, weight, gradient, loss }: SquaredError, values: Values): void {
  const [given, wanted, slope, sums] = [y, x, gradient, loss].map(values);
  sums.fill(0);
  for (let at = 0; at < given.length; at++) {
    const difference = given[at] - wanted[at];
    slope[at] = 2 * weight * difference;
    sums[at % y.columns] += weight * difference * difference;
  }
}

export function outputGradient(
  { y, gradient, bias, activation }: OutputGradient,
  values: Values,
): void {
  const [given, slope, sums] = [y, gradient, bias].map(values);
  const curve = CURVES[activation];
  sums.fill(0);
  for (let at = 0; at < given.length; at++) {
    slope[at] *= curve.slope(given[at]);
    sums[at % y.columns] += slope[at];
  }
}
