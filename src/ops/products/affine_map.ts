/** x -> matrix x + offset, rounded to float32 on a device. */
export interface AffineMap {
  /** outputs x inputs, row-major. */
  readonly matrix: Float64Array;
  /** [outputs] */
  readonly offset: Float64Array;
  readonly inputs: number;
  readonly outputs: number;
}
