/** The graph of affinities: its degrees, its parts, and what its eigenvectors are taken of. */
import { InvalidArgumentError } from '../../errors.js';
import type { SparseSquare } from '../../ops/sparse/csr_times.twin.js';
import type { Matrix } from '../../rows/matrix.js';
import { type Affinity, isSparse, rowOf } from './affinity.js';

/** D^-1/2 W D^-1/2, whose eigenvalues are 1 less those of the normalized Laplacian. */
export interface NormalizedGraph {
  readonly matrix: SparseSquare | Matrix;
  /** Square roots of the degrees, 1 for 0; [n]. */
  readonly roots: Float64Array;
  /** Vertices of degree 0. */
  readonly isolated: number;
  /** Parts that no affinity connects, isolated vertices among them. */
  readonly parts: number;
}

function* entriesOf(affinity: Affinity, row: number): Generator<[column: number, value: number]> {
  if (isSparse(affinity)) yield* rowOf(affinity, row);
  else {
    const [n] = affinity.shape;
    for (let j = 0; j < n; j++) yield [j, affinity.data[row * n + j]];
  }
}

/**
 * @param keepsDiagonal whether the affinity of a row to itself counts
 * @param regularization of the mean degree, added to every degree
 * @throws InvalidArgumentError where no two rows have any affinity
 */
export function normalizedGraph(
  affinity: Affinity,
  keepsDiagonal: boolean,
  regularization = 0,
): NormalizedGraph {
  const [n] = affinity.shape;
  const counts = (row: number, column: number) => keepsDiagonal || row !== column;
  const degrees = new Float64Array(n);
  let isolated = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (const [j, value] of entriesOf(affinity, i)) if (counts(i, j)) degrees[i] += value;
    if (degrees[i] === 0) isolated++;
    total += degrees[i];
  }
  if (isolated === n && n > 1) {
    throw new InvalidArgumentError(
      'points',
      `spectralClustering: no row has an affinity above 0 to another; use a smaller gamma or affinity: 'nearestNeighbours', or give affinities of which some are above 0.`,
    );
  }
  const more = (regularization * total) / n;
  const roots = degrees.map((degree) => Math.sqrt(degree + more) || 1);
  const parts = countParts(affinity);
  const scaled = (i: number, j: number, value: number) =>
    counts(i, j) ? value / roots[i] / roots[j] : 0;
  if (!isSparse(affinity)) {
    const data = new Float32Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) data[i * n + j] = scaled(i, j, affinity.data[i * n + j]);
    }
    return { matrix: { data, shape: [n, n] }, roots, isolated, parts };
  }
  const { indptr: starts, indices: columns, data } = affinity;
  const values = Float64Array.from(data);
  for (let i = 0; i < n; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) values[e] = scaled(i, columns[e], values[e]);
  }
  return { matrix: { starts, columns, values }, roots, isolated, parts };
}

function countParts(affinity: Affinity): number {
  const [n] = affinity.shape;
  const seen = new Uint8Array(n);
  let parts = 0;
  for (let first = 0; first < n; first++) {
    if (seen[first]) continue;
    parts++;
    seen[first] = 1;
    const next = [first];
    for (let i = next.pop(); i !== undefined; i = next.pop()) {
      for (const [j, value] of entriesOf(affinity, i)) {
        if (value === 0 || seen[j]) continue;
        seen[j] = 1;
        next.push(j);
      }
    }
  }
  return parts;
}
