/** A normal distribution in the plane. */
export interface Gaussian2d {
  readonly x: number;
  readonly y: number;
  /** The covariance matrix: xx, xy, yy. */
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}
