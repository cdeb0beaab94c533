/** Affinities of rows, dense and sparse. */
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError, NonFiniteError, ShapeError } from '../../errors.js';
import type { CsrMatrix } from '../../ops/sparse/csr.js';
import {
  checkMatrix,
  checkShape,
  isGpuMatrix,
  type Matrix,
  type Points,
} from '../../rows/matrix.js';

/** Of n rows: n x n, symmetric, none below 0. */
export type Affinity = CsrMatrix | Matrix;

/** A sparse matrix as a caller may bring it; see {@link CsrMatrix}. Entries that stand twice are added. */
export interface CsrInput {
  readonly indptr: ArrayLike<number>;
  readonly indices: ArrayLike<number>;
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

export const isSparse = (affinity: Affinity): affinity is CsrMatrix => 'indptr' in affinity;

export const isCsrInput = (given: unknown): given is CsrInput =>
  typeof given === 'object' && given !== null && 'indptr' in given;

/** A dense affinity of more bytes is refused: it is held several times over. */
const MOST_BYTES = 2 ** 30;
/** Of the largest, by which affinities of a pair may differ. */
const ASYMMETRY = 1e-6;

/** Throws InvalidArgumentError where n x n affinities take too much. */
export function checkDenseSize(n: number): void {
  const bytes = 4 * n * n;
  if (bytes <= MOST_BYTES) return;
  throw new InvalidArgumentError(
    'affinity',
    `spectralClustering: the affinities of ${n} rows take ${bytes} bytes in full, above ${MOST_BYTES}; ` +
      `use affinity: 'nearestNeighbours', or 'precomputed' with a sparse { indptr, indices, data, shape }.`,
  );
}

function refuseNegative(row: number, column: number, value: number): never {
  throw new InvalidArgumentError(
    'points',
    `spectralClustering: the affinity in row ${row}, column ${column} is ${value}; none may be below 0: ` +
      `take magnitudes, or exp(-distance).`,
  );
}

function refuseAsymmetric(row: number, column: number, value: number, other: number): never {
  throw new InvalidArgumentError(
    'points',
    `spectralClustering: affinities must be symmetric, but row ${row}, column ${column} is ${value} and ` +
      `row ${column}, column ${row} is ${other}; give (A + A') / 2.`,
  );
}

function checkSquare([rows, columns]: readonly [number, number]): void {
  if (rows === columns) return;
  throw new ShapeError(
    `spectralClustering: affinities are ${rows} x ${columns}; they must be square, a row and a column for each point.`,
  );
}

/** The caller's affinities, checked; never changed. */
export function checkAffinity(given: Points | CsrInput): Affinity {
  return isCsrInput(given) ? checkSparse(given) : checkDense(given);
}

function checkDense(given: Points): Matrix {
  if (typeof given === 'object' && (given as unknown) !== null && isGpuMatrix(given)) {
    throw new InvalidArgumentError(
      'points',
      `spectralClustering: precomputed affinities lie on a GPUDevice; give { data, shape } on the host.`,
    );
  }
  const { data, shape, largest } = checkMatrix('points', given, { shift: 'none' });
  checkSquare(shape);
  const [n] = shape;
  checkDenseSize(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = data[i * n + j];
      const other = data[j * n + i];
      if (value < 0) refuseNegative(i, j, value);
      if (other < 0) refuseNegative(j, i, other);
      if (Math.abs(value - other) > ASYMMETRY * largest) refuseAsymmetric(i, j, value, other);
    }
  }
  return { data: data.slice(), shape };
}

function checkSparse(given: CsrInput): CsrMatrix {
  const shape = checkShape('points', given.shape);
  checkSquare(shape);
  const [n] = shape;
  const { indptr, indices, data } = given;
  const nnz = data.length;
  const refuse = (rule: string): never => {
    throw new InvalidArgumentError('points', `spectralClustering: points.${rule}.`);
  };
  if (indptr.length !== n + 1) {
    refuse(`indptr has ${show(indptr.length)} entries; a matrix of ${n} rows has ${n + 1}`);
  }
  if (indices.length !== nnz || indptr[n] !== nnz || indptr[0] !== 0) {
    refuse(
      `indptr runs from ${show(indptr[0])} to ${show(indptr[n])} over ${show(indices.length)} indices and ${show(nnz)} data; it must run from 0 to the number of both`,
    );
  }
  const entries = new Entries(nnz);
  for (let i = 0; i < n; i++) {
    if (!(indptr[i + 1] >= indptr[i]))
      refuse(`indptr[${i + 1}] is ${show(indptr[i + 1])}; it must not fall`);
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      const [j, value] = [indices[e], data[e]];
      if (!(Number.isSafeInteger(j) && j >= 0 && j < n)) {
        refuse(`indices[${e}] is ${show(j)}; columns count from 0 to ${n - 1}`);
      }
      if (!Number.isFinite(Math.fround(value))) throw new NonFiniteError('points', i, j, value);
      if (value < 0) refuseNegative(i, j, value);
      entries.add(i, j, value);
    }
  }
  const matrix = sparse(n, entries);
  const mirrored = sparse(n, entries.mirrored());
  const largest = entries.values.reduce((most, value) => Math.max(most, value), 0);
  for (let i = 0; i < n; i++) {
    const row = new Map(rowOf(mirrored, i));
    const own = new Map(rowOf(matrix, i));
    for (const j of [...own.keys(), ...row.keys()]) {
      const [value, other] = [own.get(j) ?? 0, row.get(j) ?? 0];
      if (Math.abs(value - other) > ASYMMETRY * largest) refuseAsymmetric(i, j, value, other);
    }
  }
  return matrix;
}

/** Entries of a matrix, in any order. */
export class Entries {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
  #count = 0;

  constructor(most: number) {
    this.rows = new Uint32Array(most);
    this.columns = new Uint32Array(most);
    this.values = new Float64Array(most);
  }

  add(row: number, column: number, value: number): void {
    this.rows[this.#count] = row;
    this.columns[this.#count] = column;
    this.values[this.#count++] = value;
  }

  /** Rows for columns. */
  mirrored(): Pick<Entries, 'rows' | 'columns' | 'values'> {
    return { rows: this.columns, columns: this.rows, values: this.values };
  }
}

/** The entries of one row. */
export function* rowOf(
  { indptr, indices, data }: CsrMatrix,
  row: number,
): Generator<[column: number, value: number]> {
  for (let e = indptr[row]; e < indptr[row + 1]; e++) yield [indices[e], data[e]];
}

/** Entries by rows, ascending within each; those of one place are added. */
export function sparse(
  n: number,
  { rows, columns, values }: Pick<Entries, 'rows' | 'columns' | 'values'>,
): CsrMatrix {
  const ends = new Uint32Array(n + 1);
  for (const row of rows) ends[row + 1]++;
  for (let i = 0; i < n; i++) ends[i + 1] += ends[i];
  const next = ends.slice();
  const order = new Uint32Array(rows.length);
  rows.forEach((row, e) => (order[next[row]++] = e));
  const indptr = new Uint32Array(n + 1);
  const indices = new Uint32Array(rows.length);
  const data = new Float64Array(rows.length);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const first = count;
    for (const e of order.subarray(ends[i], ends[i + 1]).sort((a, b) => columns[a] - columns[b])) {
      if (count === first || indices[count - 1] !== columns[e]) indices[count++] = columns[e];
      data[count - 1] += values[e];
    }
    indptr[i + 1] = count;
  }
  return {
    indptr,
    indices: indices.slice(0, count),
    data: Float32Array.from(data.subarray(0, count)),
    shape: [n, n],
  };
}

/** (A + A') / 2, where A has a 1 for each of the k neighbours ([n][k]) of a row. */
export function neighbourGraph(neighbours: Uint32Array, n: number): CsrMatrix {
  const k = neighbours.length / n;
  const entries = new Entries(2 * neighbours.length);
  neighbours.forEach((other, at) => {
    const row = Math.floor(at / k);
    entries.add(row, other, 0.5);
    entries.add(other, row, 0.5);
  });
  return sparse(n, entries);
}

/** Throws InvalidArgumentError unless there are k rows at least. */
export function checkK(k: number, n: number): void {
  if (k <= n) return;
  throw new InvalidArgumentError(
    'k',
    `spectralClustering: k is ${k}, but there ${plural(n, 'is', 'are')} ${n} ${plural(n, 'row')}; use k <= ${n}.`,
  );
}
