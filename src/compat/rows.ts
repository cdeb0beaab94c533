/** What the peers are given, as the drop-ins work on it: rows in float64. */
import { readRows, type SeenMatrix, toFloat32 } from '../rows/matrix.js';
import type { RuntimeChoice } from '../fit/backend.js';

/** Where and how long a drop-in may work, in a last argument that the peers do not have. */
export interface Where {
  /**
   * A runtime of your own, or 'cpu'. When absent, small inputs stay on the host without touching a device, larger
   * ones go to the shared device, where there is one.
   */
  readonly runtime?: RuntimeChoice;
  /** Cancels the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** n x d, row-major. */
export interface Rows64 {
  readonly x: Float64Array;
  readonly n: number;
  readonly d: number;
  /** As a device takes them. */
  readonly checked: SeenMatrix;
}

/**
 * Rows, each as long as the first, all finite: with others the peers go on and answer NaN.
 *
 * @throws ShapeError, NonFiniteError, InvalidArgumentError
 */
export function rows64(what: string, rows: readonly ArrayLike<number>[]): Rows64 {
  const raw = readRows(what, rows as readonly (readonly number[])[]);
  const checked = toFloat32(what, raw);
  const [n, d] = raw.shape;
  const { source } = raw;
  return { x: source instanceof Float64Array ? source : Float64Array.from(source), n, d, checked };
}

/** Rows as arrays. */
export function arraysOf(x: Float64Array, d: number): number[][] {
  return Array.from({ length: x.length / d }, (_, i) => [...x.subarray(i * d, (i + 1) * d)]);
}

/** Arrays of d numbers in a row. */
export function joined(rows: readonly ArrayLike<number>[], d: number): Float64Array {
  const x = new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    for (let j = 0; j < d; j++) x[i * d + j] = row[j];
  });
  return x;
}
