/** Pictures of few colours as files; pages use this, too. */
import { encode } from 'fast-png';

/** An indexed PNG with as few bits a pixel as the palette needs. */
export function encodeIndexed(
  indices: Uint8Array,
  width: number,
  height: number,
  palette: Uint8Array,
): Uint8Array {
  const colours = Array.from({ length: palette.length / 3 }, (_, c) => [
    ...palette.subarray(3 * c, 3 * c + 3),
  ]);
  const depth = ([1, 2, 4] as const).find((bits) => colours.length <= 1 << bits) ?? 8;
  const perByte = 8 / depth;
  const line = Math.ceil(width / perByte);
  const data = depth === 8 ? indices : new Uint8Array(line * height);
  if (depth < 8) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const shift = 8 - depth * (1 + (x % perByte));
        data[y * line + Math.floor(x / perByte)] |= indices[y * width + x] << shift;
      }
    }
  }
  return encode({ data, width, height, channels: 1, depth, palette: colours });
}
