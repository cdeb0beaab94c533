/** Filtered numbers as what can be shown. */
import type { ShownAs } from './jobs.js';

const MIDDLE = 127.5;

const BYTES: Readonly<Record<ShownAs, (value: number) => number>> = {
  clamped: (value) => value,
  magnitude: Math.abs,
  shifted: (value) => MIDDLE + value / 2,
};

/** Rounded, and clamped to 0 and 255. */
export function toBytes(data: ArrayLike<number>, shownAs: ShownAs): Uint8ClampedArray {
  const toByte = BYTES[shownAs];
  const bytes = new Uint8ClampedArray(data.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = toByte(data[i]);
  return bytes;
}
