/** What this page's worker does. */
import type { CovarianceType, Metric } from '../../src/index.js';
import type { ClusterProfile } from '../../src/cli/cluster_profiles.js';
import type { TextColumn } from '../../src/cli/read/table.js';
import type { Centre, Ellipse } from '../shared/scatter_data.js';
import type { FileFormat, Numbers } from './table.js';

export interface ColumnSummary {
  readonly name: string;
  /** Cells that are missing. */
  readonly missing: number;
  /** Whether it is no measurement, so that it is not chosen at first. */
  readonly aside?: 'place' | 'name';
  /** Why the column cannot be clustered; absent for a column of numbers. */
  readonly problem?: string;
}

export interface TableSummary {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
  /** What the reader left out or decided; one sentence each. */
  readonly notes: readonly string[];
  readonly format?: FileFormat;
  /** What the rows are called, where a column of text is there and not too long. */
  readonly called?: TextColumn;
}

/** What is done about missing cells: their rows are left out, or what stands there. */
export type Missing = 'drop' | 'mean' | 'median';

/** How points are made of the file's columns. */
export interface DataSettings {
  /** Positions of the columns to cluster by. */
  readonly columns: readonly number[];
  readonly standardize: boolean;
  readonly missing: Missing;
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
  /** The table's rows that are shown; all where absent. */
  readonly rows?: Uint32Array;
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
  readonly profiles: readonly ClusterProfile[];
  /** The table's rows that were clustered; all where absent. */
  readonly rows?: Uint32Array;
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
  /** All columns of the file, with the cluster of each row where there is one, as CSV; of some of the rows that were shown last, or all. */
  exportRows: { readonly takes: Uint32Array | undefined; readonly gives: Blob };
  /** The last fit with all it takes to use it on other rows, as JSON. */
  exportModel: { readonly takes: undefined; readonly gives: string };
}
