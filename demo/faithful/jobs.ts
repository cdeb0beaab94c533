/**
 * What this page's worker does. Columns are standardized; what is drawn is in minutes again. K-means has
 * the same two steps as the mixture: E, its points go to the nearest centroid, and M, centroids move.
 */
import type { CovarianceType } from '../../src/index.js';
import type { Centre, Ellipse } from '../shared/scatter_data.js';

export interface StartSettings {
  readonly method: 'mixture' | 'kmeans';
  readonly k: number;
  readonly covarianceType: CovarianceType;
  /** For covarianceType 'fixed': every covariance is this times I. */
  readonly variance: number;
  /** Means on a circle around the middle, or random rows. */
  readonly start: 'circle' | 'rows';
  readonly seed: number;
}

/** The file, and where to start. */
export interface StartInput extends StartSettings {
  readonly csv: string;
}

/** Where the same start leads K-means. */
export interface Comparison {
  /** Rows whose most likely component is not the one that matches their cluster of K-means. */
  readonly rows: number;
  /** The largest distance of a mean to its centroid, in standard deviations. */
  readonly distance: number;
}

/** What is told of a mixture beside K-means. */
export interface MixtureNumbers {
  /** Mean over the rows, of the components as they are. */
  readonly logLikelihood: number;
  /** Mean over the rows, of the responsibilities and the components; absent at the start. */
  readonly bound?: number;
  readonly comparison: Comparison;
}

/** The mixture, or K-means, after half an iteration. */
export interface State {
  /** What was done last. */
  readonly phase: 'start' | 'E' | 'M';
  /** Iterations begun. */
  readonly iteration: number;
  readonly centres: readonly Centre[];
  readonly ellipses: readonly Ellipse[];
  /** n x k, of K-means 0 or 1; absent at the start. */
  readonly responsibilities?: Float32Array;
  readonly mixture?: MixtureNumbers;
  /** Of K-means: the sum of squared distances to the centroids that the points were last assigned to. */
  readonly objective?: number;
  /** Whether the E-step has raised the log-likelihood by next to nothing, or has left the points where they were. */
  readonly converged: boolean;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
}

export interface Plot {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly xName: string;
  readonly yName: string;
}

/** One fit with covariances ε I, to the end. */
export interface Shrunk {
  readonly variance: number;
  readonly state: State;
  readonly comparison: Comparison;
}

/** A centre, put to another place in minutes. */
export interface Moved {
  readonly cluster: number;
  readonly to: Centre;
}

export interface FaithfulJobs {
  start: {
    readonly takes: StartInput;
    readonly gives: { readonly plot: Plot; readonly state: State };
  };
  /** Begins anew from where the centres are but for one, with an E-step. */
  move: { readonly takes: Moved; readonly gives: State };
  /** Half an iteration. */
  step: { readonly takes: undefined; readonly gives: State };
  /** The rest of the iterations; sends the state after each step but the last. */
  run: { readonly takes: undefined; readonly gives: State; readonly sends: State };
  /** Fits from the start with smaller and smaller ε; sends each. */
  shrink: { readonly takes: undefined; readonly gives: undefined; readonly sends: Shrunk };
}
