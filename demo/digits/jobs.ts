/** What this page's worker does. */

/** Pixels of an image, its side squared. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;
/** Components that are found. */
export const COMPONENTS = 200;

export interface ClusterSettings {
  /** Whether each digit is clustered on its own. */
  readonly perClass: boolean;
  /** Clusters, of all images or of each digit. */
  readonly k: number;
  readonly seed: number;
  /** Whether the centroids of every iteration are sent. */
  readonly live: boolean;
}

/** Clusters as images. */
export interface Centroids {
  /** Of which digit the clusters are; absent where of all images. */
  readonly digit?: number;
  /** One row a cluster, PIXELS columns. */
  readonly images: Float32Array;
  /** Images in each cluster. */
  readonly counts: Uint32Array;
  /** The digit that most images of each cluster show, and how many do. */
  readonly digits: Uint8Array;
  readonly most: Uint32Array;
}

/** One iteration; `centroids` only where each is shown. */
export interface ClusterUpdate {
  readonly digit?: number;
  readonly objective: number;
  readonly centroids?: Centroids;
}

export interface ClusterResult {
  /** One entry, or one a digit. */
  readonly centroids: readonly Centroids[];
  /** The sum over all clusterings. */
  readonly inertia: number;
  readonly iterations: number;
  /** The share of images that show their cluster's most frequent digit. */
  readonly purity: number;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
  /** Spent in the library. */
  readonly milliseconds: number;
}

export interface Components {
  /** The mean image, then one image a component, PIXELS columns. */
  readonly images: Float32Array;
  /** Of the variance of all pixels, one a component. */
  readonly explainedVarianceRatio: Float64Array;
  readonly engine: string;
  readonly milliseconds: number;
}

export interface Reconstruction {
  /** The images as they are, PIXELS columns of 0 to 255. */
  readonly originals: Float32Array;
  readonly reconstructed: Float32Array;
  /** Mean over images and pixels. */
  readonly squaredError: number;
}

export interface DigitsJobs {
  /** Takes the sample, digits.png; gives how many images it holds. */
  load: { readonly takes: Blob; readonly gives: number };
  cluster: {
    readonly takes: ClusterSettings;
    readonly gives: ClusterResult;
    readonly sends: ClusterUpdate;
  };
  findComponents: { readonly takes: undefined; readonly gives: Components };
  /** Images by their positions, from the first `count` components. */
  reconstruct: {
    readonly takes: { readonly rows: readonly number[]; readonly count: number };
    readonly gives: Reconstruction;
  };
}
