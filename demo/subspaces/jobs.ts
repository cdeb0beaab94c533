/** What this page's worker does. */
import type { FlatName, Sample, SpaceName } from './samples.js';

export type Expression = 'ssc' | 'omp' | 'elasticNet' | 'lsr';

/** What both jobs are told. */
interface Drawing {
  readonly noise: number;
  readonly seed: number;
  /** Whether not to ask for a device. */
  readonly onCpu: boolean;
}

export interface SpaceSettings extends Drawing {
  readonly sample: SpaceName;
  readonly rowsEach: number;
  readonly method: Expression;
}

/** A clustering, its clusters named as they were drawn as far as can be. */
export interface Labelling {
  readonly labels: Uint32Array;
  /** Share of the rows. */
  readonly accuracy: number;
}

export interface Expressed {
  /** n x n: row i is expressed by these. */
  readonly coefficients: Float32Array;
  /** |C| + |C|', n x n. */
  readonly affinity: Float32Array;
  /** The smallest of the graph's Laplacian, more than there are clusters. */
  readonly eigenvalues: Float64Array;
  readonly found: Labelling;
  readonly kMeans: Labelling;
  /** Share of the coefficients that lie on rows of other subspaces, and how many a row has. */
  readonly selfExpressionError: number;
  readonly sparsity: number;
  readonly engine: string;
  readonly milliseconds: number;
}

export interface FlatSettings extends Drawing {
  readonly sample: FlatName;
  readonly n: number;
  readonly nNeighbours: number;
}

export interface Cut {
  /** Rows that are neighbours: i, j, i, j … */
  readonly edges: Uint32Array;
  readonly found: Labelling;
  readonly kMeans: Labelling;
  /** k x 2 */
  readonly centroids: Float64Array;
  /** The second and third eigenvectors, n x 2. */
  readonly places: Float32Array;
  readonly eigenvalues: Float64Array;
  readonly engine: string;
  readonly milliseconds: number;
}

export interface SubspacesJobs {
  /** The points come before what is made of them. */
  express: { takes: SpaceSettings; gives: Expressed; sends: Sample };
  cut: { takes: FlatSettings; gives: Cut; sends: Sample };
}
