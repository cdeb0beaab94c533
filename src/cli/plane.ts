/** The plane that a report draws rows on: two columns, or the first two principal components. */
import type { Gaussian2d } from './write/gaussian2d.js';
import { pca } from '../index.js';
import type { Job } from './job.js';
import { formatShare } from './format.js';
import { pickRows, sampleRows } from './table_math.js';

/** Points in a scatter plot: more are a blot. */
const SCATTER_POINTS = 5000;

/** An affine map from rows, as they were fitted, to the plane. */
export interface Plane {
  readonly names: readonly [x: string, y: string];
  /** What the reader should know of it. */
  readonly note?: string;
  /** What is subtracted from a row, [d]. */
  readonly origin: ArrayLike<number>;
  /** The direction of each coordinate, 2 x d row-major. */
  readonly axes: ArrayLike<number>;
  /** What is added to each coordinate. */
  readonly offset: readonly [x: number, y: number];
}

/** Some rows of a job, evenly spread, for a scatter plot. */
export interface Sample {
  /** Their numbers in the file. */
  readonly rows: Uint32Array;
  /** As they were fitted. */
  readonly points: {
    readonly data: Float32Array | Float64Array;
    readonly shape: readonly [number, number];
  };
}

export function sampleOf({ used }: Job): Sample {
  const rows = sampleRows(used.shape[0], SCATTER_POINTS);
  return { rows, points: pickRows(used, rows) };
}

/**
 * Two columns in the file's units, where there are but two; else the first two principal components
 * of the sample. Undefined for a single column or row.
 */
export async function choosePlane(
  { used, scale, reduction, where }: Job,
  { points }: Sample,
): Promise<Plane | undefined> {
  const [n, d] = points.shape;
  if (n < 2 || d < 2) return undefined;
  if (d > 2) {
    const plane = principalPlane(await pca(points, { ...where, nComponents: 2 }));
    return { ...plane, note: 'The axes are the first two principal components of the rows shown.' };
  }
  const units = reduction ? undefined : scale;
  const [width, height] = units?.deviation ?? [1, 1];
  return {
    names: [used.columns[0], used.columns[1]],
    origin: [0, 0],
    axes: [width, 0, 0, height],
    offset: [units?.mean[0] ?? 0, units?.mean[1] ?? 0],
  };
}

/** The plane of a PCA's first two components; it must have two. */
export function principalPlane(model: {
  readonly mean: Float64Array;
  readonly components: { readonly data: Float64Array };
  readonly explainedVarianceRatio: Float64Array;
}): Plane {
  const name = (t: number) =>
    `PC ${t + 1} (${formatShare(model.explainedVarianceRatio[t])} of the variance)`;
  return {
    names: [name(0), name(1)],
    origin: model.mean,
    axes: model.components.data.subarray(0, 2 * model.mean.length),
    offset: [0, 0],
  };
}

/** Where rows (as fitted, m x d row-major) lie in the plane. */
export function placeRows(
  { origin, axes, offset }: Plane,
  data: Float32Array | Float64Array,
): { readonly x: Float64Array; readonly y: Float64Array } {
  const d = origin.length;
  const along = (axis: 0 | 1) =>
    Float64Array.from({ length: data.length / d }, (_, i) => {
      let sum = offset[axis];
      for (let j = 0; j < d; j++) sum += (data[i * d + j] - origin[j]) * axes[axis * d + j];
      return sum;
    });
  return { x: along(0), y: along(1) };
}

/** What a normal distribution of rows (as fitted) is in the plane; `covariance` is d x d. */
export function placeGaussian(
  plane: Plane,
  mean: Float64Array,
  covariance: Float64Array,
): Gaussian2d {
  const d = mean.length;
  const { axes } = plane;
  const product = (a: 0 | 1, b: 0 | 1) => {
    let sum = 0;
    for (let i = 0; i < d; i++) {
      let inner = 0;
      for (let j = 0; j < d; j++) inner += covariance[i * d + j] * axes[b * d + j];
      sum += axes[a * d + i] * inner;
    }
    return sum;
  };
  const { x, y } = placeRows(plane, mean);
  return { x: x[0], y: y[0], xx: product(0, 0), xy: product(0, 1), yy: product(1, 1) };
}
