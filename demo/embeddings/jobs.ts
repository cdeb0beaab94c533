/** What this page's worker does. */
import type { TextColumn } from '../../src/cli/read/table.js';

/** The files of make_words.mjs. */
export interface WordFiles {
  readonly words: Blob;
  readonly vectors: Blob;
}

/** A column of a visitor's file that is no part of its embeddings, a cell for each row that is used. */
export type AsideColumn =
  | { readonly name: string; readonly texts: TextColumn }
  | { readonly name: string; readonly numbers: Float32Array };

/** Embeddings of a visitor's own. */
export interface OwnEmbeddings {
  /** Rows that are used: those that lack no number. */
  readonly rows: number;
  readonly dimensions: number;
  readonly columns: readonly AsideColumn[];
  /** Of the column that best tells the rows apart for people, among `columns`; -1 where there is none. */
  readonly text: number;
  /** What the reader left out or decided; one sentence each. */
  readonly notes: readonly string[];
}

export interface ClusterSettings {
  readonly k: number;
  readonly seed: number;
  /** Among the columns beside a visitor's embeddings the one that names their rows; -1: their numbers do. */
  readonly text: number;
  /** Learns from the first words alone, which a visitor waits less for. */
  readonly isOpening: boolean;
}

/** What is searched for: a row, or what its name says. */
export interface Asked {
  readonly what: string | number;
  readonly text: number;
}

export interface WordCluster {
  /** Its number in the fit. */
  readonly cluster: number;
  readonly size: number;
  /** Its words, those nearest to the centroid first; not all of them. */
  readonly words: readonly string[];
  /** Their positions among all. */
  readonly rows: readonly number[];
}

export interface ClusterResult {
  /** The largest first. */
  readonly clusters: readonly WordCluster[];
  /** The cluster of each word. */
  readonly labels: Uint32Array;
  /** Of a word to its centroid, among those that were learnt from. */
  readonly meanCosine: number;
  /** Words that the centroids were learnt from, the first of all. */
  readonly learntFrom: number;
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
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Shares of the variance along x and y. */
  readonly explained: readonly [number, number];
}

export interface EmbeddingsJobs {
  /** Gives the words. */
  load: { readonly takes: WordFiles; readonly gives: readonly string[] };
  /** Reads a visitor's file in the place of the words. */
  open: { readonly takes: File; readonly gives: OwnEmbeddings };
  /** By the principal components of all rows, or of the first where the page opens. */
  map: { readonly takes: boolean; readonly gives: WordMap };
  /** Sends the cluster of each word after each iteration. */
  cluster: {
    readonly takes: ClusterSettings;
    readonly gives: ClusterResult;
    readonly sends: Uint32Array;
  };
  search: { readonly takes: Asked; readonly gives: Found };
  /** The visitor's file again as CSV, with the cluster of each row. */
  download: { readonly takes: undefined; readonly gives: Blob };
}
