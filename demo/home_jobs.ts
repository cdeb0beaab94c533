/** What the first page's worker does. */

/** One iteration of K-means. */
export interface HomeState {
  readonly labels: Uint32Array;
  /** k x 2 */
  readonly centroids: Float64Array;
  readonly isLast: boolean;
}

export interface HomeJobs {
  /** Clusters n x 2 points; gives how many iterations it took, and sends each. */
  cluster: {
    readonly takes: { readonly data: Float32Array; readonly k: number; readonly seed: number };
    readonly gives: number;
    readonly sends: HomeState;
  };
}
