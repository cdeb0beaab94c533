/** CIE L*a*b* of sRGB colours (IEC 61966-2-1, white D65), in which distances are closer to what eyes see. */

/** Of the white: what linear red, green and blue of 1 make together. */
const WHITE = [0.950456, 1, 1.089058] as const;
/** Rows: X, Y, Z of linear red, green and blue. */
const TO_XYZ = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
] as const;
/** Its inverse. */
const TO_RGB = [
  [3.2404813432, -1.5371515163, -0.4985363262],
  [-0.9692549499, 1.8759900015, 0.0415559266],
  [0.0556466391, -0.2040413384, 1.0573110696],
] as const;
const KNEE = 6 / 29;

const linear = (byte: number): number => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

const encoded = (value: number): number =>
  255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);

const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => linear(byte));

const root = (value: number): number =>
  value > KNEE ** 3 ? Math.cbrt(value) : value / (3 * KNEE ** 2) + 4 / 29;

const cube = (value: number): number =>
  value > KNEE ? value ** 3 : 3 * KNEE ** 2 * (value - 4 / 29);

/** n x 3: L (0 to 100), a, b of bytes of red, green and blue. */
export function toLab(rgb: Uint8Array): Float32Array {
  const lab = new Float32Array(rgb.length);
  for (let at = 0; at < rgb.length; at += 3) {
    const [r, g, b] = [LINEAR[rgb[at]], LINEAR[rgb[at + 1]], LINEAR[rgb[at + 2]]];
    const [x, y, z] = TO_XYZ.map((row, i) =>
      root((row[0] * r + row[1] * g + row[2] * b) / WHITE[i]),
    );
    lab[at] = 116 * y - 16;
    lab[at + 1] = 500 * (x - y);
    lab[at + 2] = 200 * (y - z);
  }
  return lab;
}

/** Red, green and blue, not rounded, which may lie beyond 0 to 255; n x 3. */
export function fromLab(lab: ArrayLike<number>): Float64Array {
  const rgb = new Float64Array(lab.length);
  for (let at = 0; at < lab.length; at += 3) {
    const fy = (lab[at] + 16) / 116;
    const xyz = [fy + lab[at + 1] / 500, fy, fy - lab[at + 2] / 200].map(
      (value, i) => cube(value) * WHITE[i],
    );
    TO_RGB.forEach((row, c) => {
      rgb[at + c] = encoded(row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]);
    });
  }
  return rgb;
}
