/** What the page and its worker say to each other. */
import type { Metric } from '../src/index.js';

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

/** How far a job has come. */
export interface Progress {
  readonly value: number;
  readonly max: number;
  readonly text: string;
}

/** The worker's jobs: what each takes and gives. */
export interface Jobs {
  /** Whether there is a WebGPU adapter. */
  findAdapter: { readonly takes: undefined; readonly gives: boolean };
  /** Reads a file; it is what the other jobs work on from then on. */
  load: { readonly takes: File; readonly gives: TableSummary };
  cluster: { readonly takes: ClusterSettings; readonly gives: ClusterResult };
  /** The numbers of two columns. */
  readPair: {
    readonly takes: readonly [x: number, y: number];
    readonly gives: readonly [x: Float64Array, y: Float64Array];
  };
}

export type JobName = keyof Jobs;

export interface StartMessage<J extends JobName = JobName> {
  readonly type: 'start';
  readonly id: number;
  readonly job: J;
  readonly input: Jobs[J]['takes'];
}

export interface CancelMessage {
  readonly type: 'cancel';
  readonly id: number;
}

export type WorkerMessage =
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'done'; readonly id: number; readonly output: Jobs[JobName]['gives'] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
