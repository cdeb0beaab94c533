/** Rows in clusters as a matrix H, k x n, of ones, and the projection H'(HH')^-1 H onto the clusters' means. */
import type { LinearOperator } from './linear_operator.js';

/** Rows of each cluster, [k]. */
export function clusterSizes(labels: Uint32Array, k: number): Uint32Array {
  const sizes = new Uint32Array(k);
  for (const label of labels) sizes[label]++;
  return sizes;
}

/** H by compressed rows: row c has ones in the columns of the rows of cluster c. */
export function membership(labels: Uint32Array, k: number) {
  const indptr = new Uint32Array(k + 1);
  for (const label of labels) indptr[label + 1]++;
  for (let c = 0; c < k; c++) indptr[c + 1] += indptr[c];
  const next = indptr.slice(0, k);
  const indices = new Uint32Array(labels.length);
  labels.forEach((label, i) => (indices[next[label]++] = i));
  return {
    indptr,
    indices,
    data: new Float32Array(labels.length).fill(1),
    shape: [k, labels.length] as const,
  };
}

/**
 * P = H'(HH')^-1 H, n x n: it puts in the place of each entry of a vector the mean of the entries of its
 * cluster. Symmetric, P P = P, and its trace is the number of clusters that own rows. 2 n operations a vector.
 */
export function clusterProjection(labels: Uint32Array, k: number): LinearOperator {
  const sizes = clusterSizes(labels, k);
  const project = (vector: Float64Array): Float64Array => {
    const sums = new Float64Array(k);
    labels.forEach((label, i) => (sums[label] += vector[i]));
    return Float64Array.from(labels, (label) => sums[label] / sizes[label]);
  };
  return {
    size: labels.length,
    rounding: 2 ** -53,
    times: (vectors) => Promise.resolve(vectors.map(project)),
    recur: (vectors, steps) =>
      Promise.resolve(
        vectors.map((vector) => {
          let [x, y] = [vector, vector];
          for (const { alpha, beta, gamma } of steps) {
            const image = project(y);
            [x, y] = [
              y,
              image.map((value, i) => alpha * value + beta * y[i] + (gamma && gamma * x[i])),
            ];
          }
          return y;
        }),
      ),
  };
}
