/** x -> matrix x + offset, rounded to float32 on a device. */
export interface AffineMap {
  /** outputs x inputs, row-major. */
  readonly matrix: Float64Array;
  /** [outputs] */
  readonly offset: Float64Array;
  readonly inputs: number;
  readonly outputs: number;
}

/** The map from rows as they are held, times `scale`, to images as they would be held. */
export function mapOfHeld(map: AffineMap, scale: number): AffineMap {
  return { ...map, offset: map.offset.map((value) => value * scale) };
}
