/** Rows by cluster as shaders/lib/row_groups.wgsl has them. */
import type { RowGroups } from '../../../src/ops/sums/group_rows.twin.js';

/** A batch of segments: what a dispatch takes. */
export interface Batch {
  /** Rows of a segment, and segments of a run. */
  readonly segment: number;
  readonly run: number;
  /** Segments of all rows before it. */
  readonly firstSegment: number;
}

const LEAVES = 0x80000000;

/** Runs that the batch has a part in. */
export function runsOf({ run, firstSegment }: Batch, segments: number): number {
  return Math.ceil(((firstSegment % run) + segments) / run);
}

/** Where in `ranges` a cluster's range of a segment lies. */
export function placeOf(batch: Batch, segments: number, cluster: number, segment: number): number {
  const { run, firstSegment } = batch;
  return cluster * run * runsOf(batch, segments) + (firstSegment % run) + segment;
}

/** Entries of `order`, for rows of which the first has number `start`. */
export function listed({ rows, leaves }: RowGroups, start: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(rows, (row, i) => start + row + (leaves[i] ? LEAVES : 0));
}
