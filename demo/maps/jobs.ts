/** What this page's worker does. */
import type { GridKind, Neighbourhood } from '../../src/index.js';

/** Whose rows are learnt: pixels of red, green and blue, or images. */
export type SampleName = 'colours' | 'digits';

export interface MapSettings {
  readonly rows: number;
  readonly columns: number;
  readonly grid: GridKind;
  readonly torus: boolean;
  readonly neighbourhood: Neighbourhood;
  /** Of the first epoch and of the last, in distances between neighbours. */
  readonly radius: readonly [from: number, to: number];
  readonly epochs: number;
  readonly init: 'random' | 'pca';
  readonly seed: number;
}

/** Places among the rows, one a unit or cluster. */
export interface Places {
  readonly weights: Float32Array;
  /** The mean squared distance of a row to its place, as the epoch began. */
  readonly meanSquare: number;
}

/** The map after an epoch, and K-means after as many iterations. */
export interface Epoch {
  /** From 1. */
  readonly epoch: number;
  readonly radius: number;
  readonly map: Places;
  readonly uMatrix: Float32Array;
  readonly kMeans: Places;
}

export interface Errors {
  /** How many rows each unit is the nearest to, at the end. */
  readonly hits: Uint32Array;
  /** The mean distance of a row to its unit, and to its centroid. */
  readonly quantizationError: number;
  readonly kMeansError: number;
  readonly topographicError: number;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
  /** Spent in the library on the map, and on K-means. */
  readonly milliseconds: number;
  readonly kMeansMilliseconds: number;
}

export interface MapsJobs {
  /** Takes a sample, which is what is learnt from then on; gives how many rows it has. */
  load: {
    readonly takes: { readonly name: SampleName; readonly file: File };
    readonly gives: number;
  };
  learn: {
    readonly takes: MapSettings & { readonly isOpening: boolean };
    readonly gives: Errors;
    readonly sends: Epoch;
  };
}
