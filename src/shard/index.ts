/**
 * `webgpu-clustering/shard`: K-means, Gaussian mixtures and PCA of rows that lie in shards, wherever these are.
 * An adapter to an engine of many machines implements `Shards`, or carries frames to `answering` processes.
 */
export type { Checkpoints } from './checkpoint.js';
export { FAN_IN, fold, type FoldKind, type Stats, statsOf } from './fold.js';
export {
  kmeansOfShards,
  type ShardKMeansOptions,
  type ShardKMeansResult,
} from './kmeans_shards.js';
export {
  decode,
  encode,
  FrameError,
  framesOf,
  fromPlain,
  isObject,
  type Message,
  type Numbers,
  numbersOf,
  toPlain,
} from './message.js';
export {
  mixtureOfShards,
  type ShardMixtureOptions,
  type ShardMixtureResult,
} from './mixture_shards.js';
export { pcaOfShards, type ShardPcaOptions } from './pca_shards.js';
export { type OpenShard, type ServeOptions, serveShards } from './serve.js';
export {
  type HeldAs,
  type Load,
  partName,
  type PartWriter,
  Shard,
  type ShardRows,
} from './shard.js';
export {
  type Asked,
  askedOf,
  type AskOptions,
  checkAnswer,
  LocalShards,
  ShardError,
  type Shards,
  timedAnswer,
} from './shards.js';
