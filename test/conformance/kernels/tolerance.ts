/** How far a right kernel may lie from its float64 twin. */
import { expectEqual, expectThat, type Tolerance } from '../expect.js';
import type { Floats } from './data.js';

/**
 * One rounding of float32, relative to the result. WGSL asks for one of the two neighbours of the
 * exact result, not for the nearer one, so this is a whole unit in the last place.
 */
const ULP = 2 ** -23;

/**
 * The relative error that `roundings` one after the other may add up to (Higham, Accuracy and
 * Stability of Numerical Algorithms, lemma 3.1).
 */
function gamma(roundings: number): number {
  return (roundings * ULP) / (1 - roundings * ULP);
}

/** For a product, a quotient, or a sum of terms that are not negative: nothing cancels. */
export function roundings(count: number, because: string): Tolerance {
  return { relative: gamma(count), because: `${because}: at most ${count} roundings` };
}

/**
 * For a sum of terms of either sign, in any order: |error| <= gamma(m) sum |term|, m being the
 * roundings a term passes through (Higham, section 4.2).
 *
 * @param magnitude the sum of the terms' absolute values, the largest of all sums compared
 */
export function sumRoundings(count: number, magnitude: number, because: string): Tolerance {
  return {
    absolute: gamma(count) * magnitude,
    because: `${because}: at most ${count} roundings of terms that add up to ${magnitude} without their signs`,
  };
}

/** |x - c|^2 over d columns: a difference counts twice, as it is squared; then d products summed. */
export function squaredDistanceRoundings(columns: number): Tolerance {
  return roundings(columns + 2, `squared differences over ${columns} columns`);
}

/** The numbers of a twin that float32 holds exactly: the kernel must give them bit for bit. */
export function expectExact(actual: Floats, expected: ArrayLike<number>, what: string): void {
  const exact = Float32Array.from(expected);
  const inexact = exact.findIndex((value, i) => value !== expected[i]);
  expectThat(inexact === -1, `${what}: the data were chosen badly, [${inexact}] is not exact.`);
  expectEqual(actual, exact, what);
}
