/** The hash that kernels draw random numbers of: shaders/lib/pcg4d.wgsl. */

/** Four whole numbers below 2^32 from four: pcg4d of Jarzynski and Olano (JCGT 9(3), 2020). */
export function pcg4d(x: number, y: number, z: number, w: number): readonly number[] {
  [x, y, z, w] = [x, y, z, w].map((value) => (Math.imul(value, 1664525) + 1013904223) | 0);
  const mix = () => {
    x = (x + Math.imul(y, w)) | 0;
    y = (y + Math.imul(z, x)) | 0;
    z = (z + Math.imul(x, y)) | 0;
    w = (w + Math.imul(y, z)) | 0;
  };
  mix();
  [x, y, z, w] = [x, y, z, w].map((value) => value ^ (value >>> 16));
  mix();
  return [x >>> 0, y >>> 0, z >>> 0, w >>> 0];
}
