/** Magnitudes that arithmetic in float32 is made ready for. */
import { InvalidArgumentError } from '../errors.js';

/** Of the largest number, so that no number of use and no distance leaves float32's range. */
const LEAST_MAGNITUDE = 2 ** -100;
const MOST_MAGNITUDE = 2 ** 120;
/** Between these, squares and their sums over rows and columns stay in it as they are. */
const LEAST_UNSCALED = 2 ** -30;
const MOST_UNSCALED = 2 ** 40;

/**
 * The power of two by which numbers up to `largest` are to be multiplied before they are squared; 1
 * where they may stay as they are.
 *
 * @throws InvalidArgumentError where no scale helps
 */
export function rangeScale(what: string, largest: number): number {
  if (largest === 0) return 1;
  if (!(largest >= LEAST_MAGNITUDE && largest <= MOST_MAGNITUDE)) {
    throw new InvalidArgumentError(
      what,
      `${what}: the largest magnitude is ${largest}, but float32 arithmetic needs one from ` +
        `${LEAST_MAGNITUDE.toPrecision(2)} to ${MOST_MAGNITUDE.toPrecision(2)}; multiply all numbers by a constant.`,
    );
  }
  if (largest >= LEAST_UNSCALED && largest <= MOST_UNSCALED) return 1;
  return 2 ** -Math.floor(Math.log2(largest));
}

/** Where the largest number lies outside of these, squares or sums of them may leave float32. */
const LEAST = 2 ** -40;
const MOST = 2 ** 44;
/** Powers of two that float32 holds, and their inverses. */
const LARGEST_POWER = 126;

/** As `rangeScale`, for sums that every magnitude can be scaled for: refuses none. */
export function powerInRange(largest: number): number {
  if (largest === 0 || (largest >= LEAST && largest <= MOST)) return 1;
  const power = -Math.floor(Math.log2(largest));
  return 2 ** Math.max(-LARGEST_POWER, Math.min(LARGEST_POWER, power));
}
