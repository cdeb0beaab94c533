/** Codes of k kinds in log2 k bits each. */
import { show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';

/** A range coder's numbers: whole ones below 2^48, of which it hands on those above 2^40. */
const TOP = 2 ** 48;
const BOTTOM = 2 ** 40;
const TOP_BYTES = 6;

/** The most kinds: their shares of a range are then right within 2^-16. */
export const MOST_CODES = 2 ** 24;

const isPowerOfTwo = (k: number): boolean => Number.isInteger(Math.log2(k));

function checkKinds(k: number): void {
  if (Number.isInteger(k) && k >= 1 && k <= MOST_CODES) return;
  throw new InvalidArgumentError(
    'k',
    `k is ${show(k)}; codes are of 1 to ${MOST_CODES} kinds: give a whole number.`,
  );
}

/**
 * Codes, whole numbers below `k`, one after the other: in log2 k bits each where k is a power of two (lowest
 * bits first), else by a range coder (Martin 1979) in which all k have the same share: N log2 k bits and less
 * than two bytes.
 *
 * @throws InvalidArgumentError
 */
export function packCodes(codes: ArrayLike<number>, k: number): Uint8Array {
  checkKinds(k);
  for (let i = 0; i < codes.length; i++) {
    if (Number.isInteger(codes[i]) && codes[i] >= 0 && codes[i] < k) continue;
    throw new InvalidArgumentError(
      'codes',
      `codes[${i}] is ${show(codes[i])}; codes must be whole numbers from 0 to ${k - 1}.`,
    );
  }
  return isPowerOfTwo(k) ? packBits(codes, Math.log2(k)) : packRanges(codes, k);
}

/**
 * What packCodes made of `count` codes.
 *
 * @throws InvalidArgumentError where the bytes are too few or hold something else
 */
export function unpackCodes(bytes: Uint8Array, count: number, k: number): Uint32Array {
  checkKinds(k);
  const least = Math.floor((count * Math.log2(k)) / 8);
  if (bytes.length < least) {
    throw new InvalidArgumentError(
      'bytes',
      `there are ${bytes.length} bytes, but ${count} codes of ${k} kinds take ${least} at the least; give all of them.`,
    );
  }
  return isPowerOfTwo(k) ? unpackBits(bytes, count, Math.log2(k)) : unpackRanges(bytes, count, k);
}

function packBits(codes: ArrayLike<number>, bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((codes.length * bits) / 8));
  let held = 0;
  let heldBits = 0;
  let at = 0;
  for (let i = 0; i < codes.length; i++) {
    // At most 7 bits and 24 more.
    held |= codes[i] << heldBits;
    heldBits += bits;
    for (; heldBits >= 8; heldBits -= 8, held >>>= 8) bytes[at++] = held;
  }
  if (heldBits > 0) bytes[at] = held;
  return bytes;
}

function unpackBits(bytes: Uint8Array, count: number, bits: number): Uint32Array {
  const codes = new Uint32Array(count);
  const mask = 2 ** bits - 1;
  let held = 0;
  let heldBits = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (; heldBits < bits; heldBits += 8) held |= (bytes[at++] ?? 0) << heldBits;
    codes[i] = held & mask;
    held >>>= bits;
    heldBits -= bits;
  }
  return codes;
}

function packRanges(codes: ArrayLike<number>, k: number): Uint8Array {
  const bytes: number[] = [];
  let low = 0;
  let range = TOP;
  const carry = () => {
    low -= TOP;
    let at = bytes.length - 1;
    while (bytes[at] === 255) bytes[at--] = 0;
    bytes[at]++;
  };
  for (let i = 0; i < codes.length; i++) {
    range = Math.floor(range / k);
    low += range * codes[i];
    if (low >= TOP) carry();
    for (; range < BOTTOM; range *= 256) {
      bytes.push(Math.floor(low / BOTTOM));
      low = (low % BOTTOM) * 256;
    }
  }
  // The shortest number within the range: whoever reads on past the end finds zeros.
  for (let unit = BOTTOM; unit >= 1; unit /= 256) {
    const last = Math.ceil(low / unit) * unit;
    if (last >= low + range) continue;
    low = last;
    if (low >= TOP) carry();
    for (let rest = TOP / 256; rest >= unit; rest /= 256) bytes.push(Math.floor(low / rest) % 256);
    break;
  }
  return Uint8Array.from(bytes);
}

function unpackRanges(bytes: Uint8Array, count: number, k: number): Uint32Array {
  const codes = new Uint32Array(count);
  let at = 0;
  let value = 0;
  while (at < TOP_BYTES) value = value * 256 + (bytes[at++] ?? 0);
  let range = TOP;
  for (let i = 0; i < count; i++) {
    range = Math.floor(range / k);
    const code = Math.floor(value / range);
    if (code >= k) {
      throw new InvalidArgumentError(
        'bytes',
        `the bytes hold no codes of ${k} kinds; give what packCodes made, with the same k.`,
      );
    }
    codes[i] = code;
    value -= range * code;
    for (; range < BOTTOM; range *= 256) value = value * 256 + (bytes[at++] ?? 0);
  }
  return codes;
}
