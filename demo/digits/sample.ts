/** The sample of handwritten digits, digits.png. */
import { decode } from 'fast-png';

/** Images, one a row, and the digit that each shows. */
export interface Digits {
  readonly data: Float32Array;
  readonly digits: Uint8Array;
}

export async function readDigits(png: Blob): Promise<Digits> {
  const { data, text } = decode(await png.arrayBuffer());
  return { data: Float32Array.from(data), digits: Uint8Array.from(text.labels, Number) };
}
