/** The units in which the device maximises, of columns multiplied by their scale. */
import { padColumns } from '../../rows/device_points.js';
import type { DeviceRows } from '../op.js';
import type { MixtureRules } from './parameters.js';

/** Rows, and what their columns are multiplied by, [d]. */
export interface EmRows extends DeviceRows {
  readonly scale: Float64Array;
}

/** A number that float32 holds. */
export const LARGEST = 3e38;

/** What k components are to be fitted with. */
export interface EmProblem {
  readonly rules: MixtureRules;
  /** Stop when the bound changes by less than this. */
  readonly tol: number;
  /** The variance of a scaled column at which the fit halts. */
  readonly leastVariance: number;
}

/** The matrices of a mixture: one for each component, one for all, or none. */
export function matricesOf({ covarianceType }: MixtureRules, k: number): number {
  return { full: k, tied: 1, diag: 0, spherical: 0, fixed: 0 }[covarianceType];
}

export function leastOf(scale: Float64Array): number {
  return scale.reduce((least, factor) => Math.min(least, factor), Number.POSITIVE_INFINITY);
}

/** The inverse of the least scale. */
function largestUnit(scale: Float64Array): number {
  return 1 / leastOf(scale);
}

/** Ridges in squared scaled units, 1 past the last column; then the units, of which the largest is 1. */
export function columnValues(scale: Float64Array, rules: MixtureRules): Float32Array {
  const d = scale.length;
  const width = padColumns(scale, 1, d).length;
  const ridge = rules.covarianceType === 'fixed' ? rules.fixedVariance : rules.regCovar;
  const unit = largestUnit(scale);
  const values = new Float32Array(2 * width);
  for (let j = 0; j < width; j++) {
    values[j] = j < d ? Math.min(ridge * scale[j] ** 2, LARGEST) : 1;
    values[width + j] = j < d ? 1 / scale[j] / unit : 0;
  }
  return values;
}

/** k x d values of columns multiplied by their scale, as they were. */
export function unscaled(values: Float32Array, scale: Float64Array): Float64Array {
  return Float64Array.from(values, (value, at) => value / scale[at % scale.length]);
}

/** What the device leaves out of a log-density: the scales' determinant and the powers of 2 pi. */
export function constantOf(scale: Float64Array, { covarianceType }: MixtureRules): number {
  const d = scale.length;
  const powers = (d / 2) * Math.log(2 * Math.PI);
  // One variance for all columns is in the largest unit: see update_diagonal.wgsl.
  if (covarianceType === 'spherical') return -d * Math.log(largestUnit(scale)) - powers;
  return scale.reduce((sum, value) => sum + Math.log(value), 0) - powers;
}
