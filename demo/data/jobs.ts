/** What this page's worker does. */
import type { CovarianceType, Metric } from '../../src/index.js';
import type { Centre, Ellipse } from '../shared/scatter_data.js';
import type { FileFormat, Numbers } from './table.js';

export interface ColumnSummary {
  readonly name: string;
  /** Standard deviation; 0 for a column of text. */
  readonly deviation: number;
  /** Whether it is chosen at first. */
  readonly chosen: boolean;
  /** Why the column cannot be clustered; absent for a column of numbers. */
  readonly problem?: string;
}

export interface TableSummary {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
  /** What the reader left out or decided; one sentence each. */
  readonly notes: readonly string[];
  readonly format?: FileFormat;
}

/** How points are made of the file's columns. */
export interface DataSettings {
  /** Positions of the columns to cluster by. */
  readonly columns: readonly number[];
  readonly standardize: boolean;
  /** Principal components to reduce to; 0 for none. */
  readonly components: number;
}

export type MethodSettings =
  | { readonly method: 'kmeans'; readonly metric: Metric }
  | { readonly method: 'mixture'; readonly covarianceType: CovarianceType };

/** A principal component, or a column by its position. */
export type Axis = { readonly component: 1 | 2 } | { readonly column: number };
export type Axes = readonly [x: Axis, y: Axis];

export interface FitSettings {
  readonly data: DataSettings;
  readonly method: MethodSettings;
  readonly k: number;
  readonly seed: number;
  /** Whether every iteration is shown. */
  readonly live: boolean;
  readonly axes: Axes;
}

/** What lies over the points: one a cluster. */
export interface Overlays {
  readonly centres: readonly Centre[];
  /** Of a mixture, where both axes are made of the columns clustered by. */
  readonly ellipses: readonly Ellipse[];
}

/** What a plot shows. */
export interface View {
  readonly x: Numbers;
  readonly y: Numbers;
  readonly xName: string;
  readonly yName: string;
  /** Of the last fit, where it was of the same points. */
  readonly overlays?: Overlays;
}

/** One iteration. */
export interface Snapshot {
  /** The objective or the bound, whichever the method has. */
  readonly objective: number;
  /** Absent where iterations are not shown. */
  readonly shown?: Overlays & { readonly labels: Uint32Array };
}

export interface FitResult extends Overlays {
  /** The cluster of each row. */
  readonly labels: Uint32Array;
  /** Rows in each cluster. */
  readonly counts: Uint32Array;
  /** K-means: the inertia. A mixture: the lower bound, the mean log-likelihood of a row. */
  readonly objective: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The objective or bound at each iteration. */
  readonly history: Float64Array;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
  /** Spent in the library. */
  readonly milliseconds: number;
  /** The share of the variance that the principal components kept; absent where all was kept. */
  readonly explained?: number;
}

export interface SuggestSettings {
  readonly data: DataSettings;
  readonly method: MethodSettings;
  /** For K-means: where the inertia bends, or the gap statistic. */
  readonly by: 'elbow' | 'gap';
  /** The largest k to try. */
  readonly most: number;
  readonly seed: number;
}

export interface Suggestion {
  readonly k: number;
  /** The inertia, the gap or the BIC, for k = 1, 2, … */
  readonly values: Float64Array;
  /** Rows that were looked at. */
  readonly rows: number;
}

export interface DataJobs {
  /** Reads a file; it is what the other jobs work on from then on. */
  load: { readonly takes: File; readonly gives: TableSummary };
  view: {
    readonly takes: { readonly data: DataSettings; readonly axes: Axes };
    readonly gives: View;
  };
  fit: { readonly takes: FitSettings; readonly gives: FitResult; readonly sends: Snapshot };
  /** Sends the inertia or the BIC for each k; the gap is known at the end. */
  suggest: {
    readonly takes: SuggestSettings;
    readonly gives: Suggestion;
    readonly sends: number;
  };
  /** The last fit with all it takes to use it on other rows, as JSON. */
  exportModel: { readonly takes: undefined; readonly gives: string };
}
