/** Coefficients row by row, whether they are held in full or sparse. */
import type { CsrMatrix } from '../../ops/sparse/csr.js';
import type { Coefficients } from './expression.js';

export interface SparseRow {
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

/** By columns ascending, without zeros. */
export function csrOfRows(rows: readonly SparseRow[], columns: number): CsrMatrix {
  const indptr = new Uint32Array(rows.length + 1);
  const indices: number[] = [];
  const data: number[] = [];
  rows.forEach((row, i) => {
    const order = Array.from(row.columns.keys()).sort((a, b) => row.columns[a] - row.columns[b]);
    for (const at of order) {
      if (Math.fround(row.values[at]) === 0) continue;
      indices.push(row.columns[at]);
      data.push(row.values[at]);
    }
    indptr[i + 1] = indices.length;
  });
  return {
    indptr,
    indices: Uint32Array.from(indices),
    data: Float32Array.from(data),
    shape: [rows.length, columns],
  };
}

/** What is not 0 in one row. */
export function rowOf(coefficients: Coefficients, i: number): SparseRow {
  const columns: number[] = [];
  const values: number[] = [];
  const add = (column: number, value: number) => {
    if (value === 0) return;
    columns.push(column);
    values.push(value);
  };
  const { data } = coefficients;
  if ('indptr' in coefficients) {
    const { indptr, indices } = coefficients;
    for (let e = indptr[i]; e < indptr[i + 1]; e++) add(indices[e], data[e]);
  } else {
    const [, n] = coefficients.shape;
    for (let j = 0; j < n; j++) add(j, data[i * n + j]);
  }
  return { columns, values };
}
