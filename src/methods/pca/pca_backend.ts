/**
 * What PCA asks of an engine. The device and its CPU twin implement the same interface; the solvers
 * and models are written once, against it.
 *
 * Rows are held less the session's `shift`.
 */
import type { AffineMap } from '../../ops/products/affine_map.js';
import type { Engine } from '../../ops/op.js';

export interface PcaLoadOptions {
  /** What to subtract from every row, [d]; the column means when absent. */
  readonly shift?: Float64Array;
  /**
   * The rows are wanted for `gram`: the engine may subtract what makes that cheap, as long as the
   * squared distance of the mean stays within a few variances of each column.
   */
  readonly forGram?: boolean;
  /** Once aborted, whatever waits for the engine rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Rows loaded on one engine. Every method may be called any number of times until `dispose`. */
export interface PcaSession {
  readonly shape: readonly [rows: number, columns: number];
  /** What was subtracted from every row, [d]. */
  readonly shift: Float64Array;
  /** What a sum may lose by rounding, relative to its largest terms; 0 where rows themselves lost more. */
  readonly rounding: number;
  /** The sum of each column, or of its squares, [d]. */
  columnSums(squared?: boolean): Promise<Float64Array>;
  /** The rows themselves, n x d. */
  rows(): Promise<Float32Array>;
  /** X^T X, d x d. */
  gram(signal?: AbortSignal): Promise<Float64Array>;
  /**
   * Y^T Y of what a map makes of the rows, outputs x outputs: each entry errs relative to its columns.
   * `precise`, which takes longer, is for columns so small that what rounds off while they are made,
   * 2^-24 of the rows, would count.
   */
  gramOfImages(map: AffineMap, precise: boolean, signal?: AbortSignal): Promise<Float64Array>;
  /** X^T (X v) for each direction v, [d] each. */
  gramTimes(
    directions: readonly Float64Array[],
    signal?: AbortSignal,
  ): Promise<readonly Float64Array[]>;
  /** Every row after the maps, one after the other; n x outputs. */
  map(maps: readonly AffineMap[], signal?: AbortSignal): Promise<Float32Array>;
  /** As `map`, in a buffer on the device, which is the caller's to destroy. */
  mapOnDevice(maps: readonly AffineMap[], signal?: AbortSignal): Promise<GPUBuffer>;
  /** The squared distance of each row to what the maps make of it, [n]. */
  residuals(maps: readonly AffineMap[], signal?: AbortSignal): Promise<Float64Array>;
  dispose(): void;
}

export type PcaEngine = Engine<PcaLoadOptions, PcaSession>;
