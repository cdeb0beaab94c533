/** Orthogonal matching pursuit of all rows at once. */
import { dot } from '../../math/vectors.js';
import { NO_ROW } from '../../ops/algebra/algebra.js';
import type { CsrMatrix } from '../../ops/sparse/csr.js';
import type { Task } from './expression.js';
import { csrOfRows, type SparseRow } from './sparse_rows.js';

/** Of a row's square: what is left of it below this is nothing. */
const LEAST_REST = 1e-6;
/** Of the square of a row that is to be added: what of it the others do not make. */
const LEAST_NEW = 1e-12;

/** A row on its way: its least squares by the rows chosen so far, L L' their products. */
interface Pursuit {
  readonly target: Float64Array;
  readonly rest: Float64Array;
  readonly chosen: number[];
  /** Rows of L. */
  readonly factor: Float64Array[];
  /** The target's products with the rows chosen. */
  readonly products: number[];
  weights: number[];
}

/**
 * The coefficients of at most `nNonzero` rows each, greedily: time and again the row most parallel to what is
 * left, then least squares by all that were chosen (You, Robinson & Vidal, "Scalable sparse subspace
 * clustering by orthogonal matching pursuit", CVPR 2016). A row ends where |rest|^2 < 1e-6 |x|^2: the authors'
 * code compares with |x|, which for rows of length 1 is the same. The products of all rows with all are the
 * engine's, small least squares the host's, in float64.
 */
export async function orthogonalPursuit(task: Task, nNonzero: number): Promise<CsrMatrix> {
  const { algebra, x, y, rows, targets, pause } = task;
  const d = x.columns;
  const rowOf = (j: number) => rows.subarray(j * d, (j + 1) * d);
  const pursuits = Array.from({ length: y.rows }, (_, i): Pursuit => {
    const target = targets.subarray(i * d, (i + 1) * d);
    const rest = target.slice();
    return { target, rest, chosen: [], factor: [], products: [], weights: [] };
  });
  let left = pursuits.flatMap(({ rest }, i) => (dot(rest, rest) > 0 ? [i] : []));
  for (let step = 0; step < nNonzero && left.length > 0; step++) {
    const rests = new Float64Array(left.length * d);
    const width = step + 1;
    const exclude = new Uint32Array(left.length * width).fill(NO_ROW);
    left.forEach((i, at) => {
      rests.set(pursuits[i].rest, at * d);
      exclude.set(pursuits[i].chosen, at * width);
      if (x === y) exclude[at * width + step] = i;
    });
    const held = await algebra.matrix(left.length, d, rests);
    const { indices, magnitudes } = await algebra.topProducts(x, held, { k: 1, exclude });
    algebra.free(held);
    const going: number[] = [];
    for (const [at, i] of left.entries()) {
      if (indices[at] === NO_ROW || magnitudes[at] === 0) continue;
      if (follow(pursuits[i], indices[at], rowOf)) going.push(i);
      await pause();
    }
    left = going;
  }
  const found = pursuits.map(({ chosen, weights }): SparseRow => ({
    columns: chosen,
    values: weights,
  }));
  return csrOfRows(found, x.rows);
}

/** Adds a row to those chosen; whether the pursuit goes on. */
function follow(pursuit: Pursuit, row: number, rowOf: (j: number) => Float64Array): boolean {
  const { target, rest, chosen, factor, products } = pursuit;
  const added = rowOf(row);
  const line = new Float64Array(chosen.length + 1);
  const square = dot(added, added);
  let pivot = square;
  for (let p = 0; p < chosen.length; p++) {
    let sum = dot(rowOf(chosen[p]), added);
    for (let q = 0; q < p; q++) sum -= factor[p][q] * line[q];
    line[p] = sum / factor[p][p];
    pivot -= line[p] ** 2;
  }
  if (!(pivot > LEAST_NEW * square)) return false;
  line[chosen.length] = Math.sqrt(pivot);
  factor.push(line);
  chosen.push(row);
  products.push(dot(added, target));
  pursuit.weights = solved(factor, products);
  rest.set(target);
  chosen.forEach((j, p) => {
    const other = rowOf(j);
    for (let c = 0; c < rest.length; c++) rest[c] -= pursuit.weights[p] * other[c];
  });
  return dot(rest, rest) >= LEAST_REST * dot(target, target);
}

/** w with L L' w = b. */
function solved(factor: readonly Float64Array[], b: readonly number[]): number[] {
  const w = b.slice();
  for (let i = 0; i < w.length; i++) {
    for (let p = 0; p < i; p++) w[i] -= factor[i][p] * w[p];
    w[i] /= factor[i][i];
  }
  for (let i = w.length - 1; i >= 0; i--) {
    for (let p = i + 1; p < w.length; p++) w[i] -= factor[p][i] * w[p];
    w[i] /= factor[i][i];
  }
  return w;
}
