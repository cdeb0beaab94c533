/** What this page's worker does. */
import type { Metric } from '../../src/index.js';

export interface ColumnSummary {
  readonly name: string;
  /** Standard deviation; 0 for a column of text. */
  readonly deviation: number;
  /** Why the column cannot be clustered; absent for a column of numbers. */
  readonly problem?: string;
}

export interface TableSummary {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
}

export interface ClusterSettings {
  /** Positions of the columns to cluster by. */
  readonly columns: readonly number[];
  readonly k: number;
  readonly metric: Metric;
  readonly standardize: boolean;
  readonly seed: number;
}

export interface ClusterResult {
  /** The cluster of each row. */
  readonly labels: Uint32Array;
  /** Rows in each cluster. */
  readonly counts: Uint32Array;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The objective at each iteration. */
  readonly history: Float64Array;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly milliseconds: number;
}

/** The worker's jobs: what each takes and gives. */
export interface DataJobs {
  /** Reads a file; it is what the other jobs work on from then on. */
  load: { readonly takes: File; readonly gives: TableSummary };
  cluster: { readonly takes: ClusterSettings; readonly gives: ClusterResult };
  /** The numbers of two columns. */
  readPair: {
    readonly takes: readonly [x: number, y: number];
    readonly gives: readonly [x: Float64Array, y: Float64Array];
  };
}
