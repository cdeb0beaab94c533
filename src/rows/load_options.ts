/** How rows are wanted: what is done to them, and how a device holds them. */
import type { CheckedMatrix, GpuMatrix } from './matrix.js';
import type { PointStream } from './point_stream.js';
import type { CheckedStream } from './checked_stream.js';

/** 'cosine' is spherical k-means: rows are scaled to length 1 before they are centred, centroids too. */
export type Metric = 'euclidean' | 'cosine';

/**
 * How a device holds the rows: in full, or rounded to float16 (11 bits) in half the memory. All
 * arithmetic is float32 either way.
 */
export type Storage = 'float32' | 'float16';

/** Rows that a session works on: held by it, or passed through as often as needed. */
export type PointSource = CheckedMatrix | GpuMatrix | CheckedStream;

/** Whether rows are passed through. */
export function isStreamed(points: PointSource): points is CheckedStream {
  return 'blocks' in points;
}

export interface LoadOptions {
  readonly metric: Metric;
  /** What to subtract from every row, [d]; when absent the column means, for 'cosine' about those. */
  readonly shift?: Float64Array;
  /** One weight >= 0 a row, mean 1; all 1 when absent. */
  readonly weights?: Float32Array;
  /** Default 'float32'. */
  readonly storage?: Storage | undefined;
  /**
   * For 'float16' the power of two that rows are multiplied by before they are rounded, or a lower
   * one where they would not fit otherwise; from the data when absent.
   */
  readonly scale?: number | undefined;
  /** The largest magnitude of centroids that the rows will be compared with, as far as it is known. */
  readonly extent?: number | undefined;
  /** Once aborted, whatever waits for the engine rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** How often work on the rows begins again on a fresh device where theirs was lost; see `withBackend`. */
  readonly retries?: number | undefined;
}

/** True for rows that come in blocks. */
export function isPointStream(points: unknown): points is PointStream {
  return typeof points === 'object' && points !== null && 'blocks' in points;
}
