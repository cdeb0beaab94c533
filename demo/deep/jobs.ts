/** What this page's worker does. */
import type { DeepMethod } from '../../src/index.js';

/** One for each digit. */
export const CLUSTERS = 10;

export interface TrainSettings {
  readonly method: Exclude<DeepMethod, 'ae+kmeans'>;
  readonly pretrainEpochs: number;
  readonly clusteringEpochs: number;
  readonly seed: number;
}

/** The codes after an epoch. */
export interface Frame {
  /** Of each image x, y in the plane of the codes' first two principal components. */
  readonly places: Float32Array;
  /** The cluster of each, once there are clusters. */
  readonly labels?: Uint32Array;
  /** What each centroid stands for, one row a cluster. */
  readonly images?: Float32Array;
}

/** Shares of images whose cluster is their digit's, 0 to 1. */
export interface Accuracies {
  readonly kMeans?: number;
  /** K-means of the autoencoder's codes. */
  readonly codes?: number;
  readonly deep?: number;
}

export interface TrainUpdate {
  readonly accuracies: Accuracies;
  /** Of the autoencoder alone, epoch by epoch. */
  readonly losses: readonly number[];
  /** Of the decoder, with the clusters. */
  readonly reconstruction: readonly number[];
  /** Of the clusters. */
  readonly clustering: readonly number[];
  readonly frame?: Frame;
}

export interface Trained extends Required<Accuracies> {
  /** Images that were learnt of. */
  readonly rows: number;
  readonly layers: readonly number[];
  /** Whether labels stopped changing before the last epoch. */
  readonly converged: boolean;
  readonly epochs: number;
  readonly engine: string;
  /** Spent in the library. */
  readonly milliseconds: number;
}

export interface DeepJobs {
  /** Takes the sample, digits.png; gives how many images it holds. */
  load: { readonly takes: Blob; readonly gives: number };
  train: { readonly takes: TrainSettings; readonly gives: Trained; readonly sends: TrainUpdate };
}
