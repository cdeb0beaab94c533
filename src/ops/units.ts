/** From and to the units that rows are held in on a device: powers of two come off again exactly. */

/** Centroids in the units of the rows. */
export function scaled(values: Float32Array, scale: number): Float32Array {
  return scale === 1 ? values : values.map((value) => value * scale);
}

/** Lengths, or coordinates, in the caller's units. */
export function unscaled<Values extends Float32Array | Float64Array>(
  values: Values,
  scale: number,
): Values {
  return scale === 1 ? values : (values.map((value) => value / scale) as Values);
}
