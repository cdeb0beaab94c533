/** Rows that are to be expressed by rows, where an algebra works. */
import { InvalidArgumentError } from '../../errors.js';
import type { Pause } from '../../math/event_loop.js';
import { type Algebra, type Matrix as Held, NO_ROW } from '../../ops/algebra/algebra.js';
import type { CsrMatrix } from '../../ops/sparse/csr.js';
import type { Matrix } from '../../rows/matrix.js';

/** Of each of m rows the coefficients of n rows, m x n: in full, or sparse. */
export type Coefficients = Matrix | CsrMatrix;

/** The rows Y, m x d, and the rows X, n x d, by which they are to be expressed: Y = C X about. */
export interface Task {
  readonly algebra: Algebra;
  readonly x: Held;
  /** X itself in a fit: then no row is expressed by itself. */
  readonly y: Held;
  /** X and Y on the host. */
  readonly rows: Float64Array;
  readonly targets: Float64Array;
  readonly pause: Pause;
}

/** How a search for coefficients ended. */
export interface Search {
  readonly iterations: number;
  readonly converged: boolean;
}

export interface Expressed extends Search {
  readonly coefficients: Coefficients;
}

/** For methods that have no iteration. */
export const DIRECT: Search = { iterations: 1, converged: true };

/** A held matrix as a result. */
export async function inFull({ algebra }: Task, held: Held): Promise<Matrix> {
  const data = Float32Array.from(await algebra.read(held));
  algebra.free(held);
  return { data, shape: [held.rows, held.columns] };
}

/** The row that each row is not to be expressed by: itself, if it is among them. */
export const ownRows = ({ x, y }: Task): Uint32Array =>
  Uint32Array.from({ length: y.rows }, (_, i) => (x === y ? i : NO_ROW));

/** The largest magnitude of each row, [rows]. */
export async function largestOfRows(algebra: Algebra, matrix: Held): Promise<ArrayLike<number>> {
  const sums = await algebra.sums(matrix, 'rows', 'largest');
  const values = await algebra.read(sums);
  algebra.free(sums);
  return values;
}

export const most = (values: ArrayLike<number>): number =>
  Array.prototype.reduce.call<
    ArrayLike<number>,
    [(a: number, b: number) => number, number],
    number
  >(values, (largest, value) => Math.max(largest, value), 0);

/** Of a penalty so high that no row has any coefficient. */
export function refusePenalty(name: 'alpha' | 'lambda', value: number, bound: number): never {
  throw new InvalidArgumentError(
    name,
    name === 'lambda'
      ? `subspaceClustering: lambda is ${value}, at which every coefficient is 0; use one below ${bound.toPrecision(3)}.`
      : `subspaceClustering: alpha is ${value}, at which every coefficient is 0; use one above ${bound.toPrecision(3)}.`,
  );
}
