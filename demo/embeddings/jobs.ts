/** What this page's worker does. */

/** The files of make_words.mjs. */
export interface WordFiles {
  readonly words: Blob;
  readonly vectors: Blob;
}

export interface ClusterSettings {
  readonly k: number;
  readonly seed: number;
}

export interface WordCluster {
  /** Its number in the fit. */
  readonly cluster: number;
  readonly size: number;
  /** Its words, those nearest to the centroid first; not all of them. */
  readonly words: readonly string[];
}

export interface ClusterResult {
  /** The largest first. */
  readonly clusters: readonly WordCluster[];
  /** The cluster of each word. */
  readonly labels: Uint32Array;
  /** Of a word to its centroid. */
  readonly meanCosine: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
  /** Spent in the library. */
  readonly milliseconds: number;
}

export interface Neighbour {
  readonly word: string;
  /** Its position among all words. */
  readonly row: number;
  readonly cosine: number;
}

export interface Found {
  readonly word: string;
  /** Its position among all words. */
  readonly row: number;
  /** The nearest other words, the nearest first. */
  readonly neighbours: readonly Neighbour[];
}

export interface WordMap {
  readonly words: readonly string[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Shares of the variance along x and y. */
  readonly explained: readonly [number, number];
}

export interface EmbeddingsJobs {
  /** Gives the number of words. */
  load: { readonly takes: WordFiles; readonly gives: number };
  map: { readonly takes: undefined; readonly gives: WordMap };
  /** Sends the cluster of each word after each iteration. */
  cluster: {
    readonly takes: ClusterSettings;
    readonly gives: ClusterResult;
    readonly sends: Uint32Array;
  };
  search: { readonly takes: string; readonly gives: Found };
}
