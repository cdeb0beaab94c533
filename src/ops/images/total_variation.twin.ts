/** CPU twin of shaders/images/total_variation.wgsl. */
import type { Matrix } from '../algebra/algebra.js';
import type { TotalVariation } from './total_variation.js';

/** Below it a step's length is an image's rounding. */
const LEAST = 1e-12;

export function totalVariation(
  given: TotalVariation,
  values: (matrix: Matrix) => Float64Array,
): void {
  const { down, across, weight, beta } = given;
  const [pixels, terms, gradient] = [given.pixels, given.terms, given.gradient].map(values);
  const channels = given.pixels.columns;
  const raised = (s: number, power: number) => (s < LEAST ? 0 : s ** power);
  for (let at = 0; at < pixels.length; at++) {
    const pixel = Math.floor(at / channels);
    const right = (pixel % across) + 1 < across ? at + channels : at;
    const below = (Math.floor(pixel / across) % down) + 1 < down ? at + channels * across : at;
    const [d, e] = [pixels[right] - pixels[at], pixels[below] - pixels[at]];
    const s = d * d + e * e;
    const slope = weight * beta * raised(s, beta / 2 - 1);
    terms[at] = weight * raised(s, beta / 2);
    gradient[at] -= slope * (d + e);
    gradient[right] += slope * d;
    gradient[below] += slope * e;
  }
}
