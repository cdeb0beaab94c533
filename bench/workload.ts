/** What is clustered, in terms every place (Node, a page, Python) shares. */

export type Method = 'kmeans' | 'mixture' | 'pca';

/** A workload without its numbers. */
export interface WorkloadShape {
  /** What `--only` calls it. */
  readonly name: string;
  /** For people: data, sizes, and whether they are synthetic. */
  readonly title: string;
  readonly method: Method;
  readonly n: number;
  readonly d: number;
  /** Clusters, components of the mixture, or principal components. */
  readonly k: number;
  /** Of a mixture's components. */
  readonly covarianceType?: 'full' | 'diag';
}

export interface Workload extends WorkloadShape {
  /** Row-major, n x d. */
  readonly data: Float32Array;
  /** Distinct rows that every contender starts from, k x d; empty for PCA. */
  readonly start: Float32Array;
}

/** What each method's contenders give back, to be checked in float64. Row-major. */
export interface Results {
  readonly kmeans: { readonly centroids: ArrayLike<number> };
  readonly mixture: {
    readonly weights: ArrayLike<number>;
    readonly means: ArrayLike<number>;
    /** F of each precision matrix F F^T, upper triangular: k x d x d, or for 'diag' k x d. */
    readonly factors: ArrayLike<number>;
  };
  readonly pca: {
    readonly mean: ArrayLike<number>;
    /** k x d, orthonormal rows. */
    readonly components: ArrayLike<number>;
  };
}

export type Result = Results[Method];

/**
 * Rows as arrays of numbers, which is what plain-JavaScript peers take. Pushed one by one: V8 then
 * stores plain doubles, where spreading a typed array made ml-kmeans several times slower.
 */
export function toRows(data: ArrayLike<number>, n: number, d: number): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < n; i++) {
    const row: number[] = [];
    for (let j = 0; j < d; j++) row.push(data[i * d + j]);
    rows.push(row);
  }
  return rows;
}

/** The workload without its numbers. */
export function shapeOf(workload: WorkloadShape): WorkloadShape {
  const { name, title, method, n, d, k, covarianceType } = workload;
  return { name, title, method, n, d, k, ...(covarianceType && { covarianceType }) };
}
