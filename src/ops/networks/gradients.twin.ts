/** CPU twins of shaders/networks/squared_error.wgsl, cross_entropy.wgsl and output_gradient.wgsl. */
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

/** How near to 0 or 1 a probability may come. */
const LEAST = 2 ** -20;

export function crossEntropy({ y, x, weight, gradient, loss }: SquaredError, values: Values): void {
  const [given, wanted, slope, sums] = [y, x, gradient, loss].map(values);
  sums.fill(0);
  for (let at = 0; at < given.length; at++) {
    const p = Math.min(1 - LEAST, Math.max(LEAST, given[at]));
    slope[at] = (weight * (p - wanted[at])) / (p * (1 - p));
    const likely = wanted[at] * Math.log(p) + (1 - wanted[at]) * Math.log(1 - p);
    sums[at % y.columns] -= weight * likely;
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
    sums[at % sums.length] += slope[at];
  }
}
