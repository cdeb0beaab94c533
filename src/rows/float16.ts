/** Float16 as rows are held in it: rounded to the nearest, and never subnormal. */

/** 2^-14, float16's least normal number, as the bits of a float32. */
const LEAST_NORMAL = 0x38800000;
/** The difference of the exponents' biases, 127 - 15, where float16 has its exponent. */
const REBIAS = 112 << 10;
/** Of float32's 23 bits of a fraction, those that float16 lacks. */
const DROPPED = 13;

/** One number's bits, as a float32 and as a whole number. */
const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/**
 * The 16 bits of the float16 number nearest to the float32 number `x`, the even one of two; 0 where
 * |x| < 2^-14, as a device may read what float16 has below that as 0.
 *
 * @param x |x| < 65520
 */
export function toFloat16(x: number): number {
  value[0] = x;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude < LEAST_NORMAL) return 0;
  const odd = (magnitude >>> DROPPED) & 1;
  const rounded = (magnitude + 0xfff + odd) >>> DROPPED;
  return sign | (rounded - REBIAS);
}

/** The number of those 16 bits. */
export function fromFloat16(half: number): number {
  const magnitude = half & 0x7fff;
  if (magnitude === 0) return 0;
  bits[0] = ((half & 0x8000) << 16) | ((magnitude + REBIAS) << DROPPED);
  return value[0];
}

/** The largest magnitude among `values`. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

/**
 * The power of two that puts numbers up to `largest` just below 2^15, so that of float16's range as
 * much as can be lies below them: what `toFloat16` takes for 0 is less than 2^-28 of the largest.
 * For 'cosine' rows, whose lengths must stay 1, use 1.
 */
export function float16Scale(largest: number): number {
  return largest > 0 ? 2 ** (14 - Math.max(-112, Math.floor(Math.log2(largest)))) : 1;
}

/**
 * `means` rounded to the step of float16 for the largest numbers at that scale: whole numbers up to
 * 1,024 less such a shift are held exactly, and so are pixels and colours.
 */
export function float16Shift(means: Float64Array, scale: number): Float64Array {
  const step = 16 / scale;
  return means.map((mean) => Math.round(mean / step) * step);
}

/** float16(scale x) / scale for each number of `x`, in place. */
export function roundToFloat16(x: Float32Array, scale: number): void {
  for (let i = 0; i < x.length; i++) {
    x[i] = fromFloat16(toFloat16(Math.fround(scale * x[i]))) / scale;
  }
}
