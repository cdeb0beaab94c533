/**
 * Rows whose products are summed batch by batch. Where a batch begins follows from the number of rows
 * and columns alone, and where rows lie changes no sum: results do not depend on how data are split.
 */
import { type RowRange, roundUp } from '../../../host/plan.js';
import type { Runtime } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import type { AffineMap } from './affine_map.js';
import { blockStep, type DeviceMap, mapRows, releaseMap, uploadMap } from './affine.js';
import { CHUNK_ALIGNMENT, mostRows, packedBytes } from '../../rows/device_points.js';
import type { Rows } from '../../rows/rows.js';

/** Rows [start, start + rows) of all, which lie in `points` from row `first` on. */
export interface RowPart extends RowRange {
  readonly points: GPUBuffer;
  readonly first: number;
}

/** Packed rows, wherever they come from. */
export interface RowSource {
  readonly shape: readonly [rows: number, columns: number];
  /** vec4s a row. */
  readonly quads: number;
  /**
   * The rows of a range in order: each part but the last is a multiple of `align` rows, a divisor of
   * CHUNK_ALIGNMENT. A part is to be used before the next is asked for.
   */
  parts(range: RowRange, align: number): AsyncIterable<RowPart>;
}

/** Ranges of `step` rows, the last one shorter. */
export function* batchesOf(rows: number, step: number): Generator<RowRange> {
  for (let start = 0; start < rows; start += step) {
    yield { start, rows: Math.min(step, rows - start) };
  }
}

/** The largest power of two that is not above `most`, from 1 to CHUNK_ALIGNMENT. */
export function powerOfTwo(most: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2(Math.min(most, CHUNK_ALIGNMENT))));
}

/**
 * Rows of `quads` vec4s to hold at once: `step`, or as many as one buffer of the device takes; a multiple
 * of `align` in either case.
 */
export function rowsAtOnce(runtime: Runtime, quads: number, step: number, align: number): number {
  const most = Math.min(step, mostRows(runtime, quads));
  return Math.max(1, Math.floor(most / align)) * align;
}

/** The rows of a range where they lie, `most` at most in a part. */
export async function* partsOf(
  points: Rows,
  range: RowRange,
  most: number,
): AsyncGenerator<RowPart> {
  const end = range.start + range.rows;
  for await (const { chunk } of points.visit(range)) {
    const last = Math.min(end, chunk.start + chunk.rows);
    for (let start = Math.max(range.start, chunk.start); start < last; start += most) {
      const rows = Math.min(most, last - start);
      yield { points: chunk.points, first: start - chunk.start, start, rows };
    }
  }
}

/** The loaded rows themselves. */
export function rowsThemselves(points: Rows): RowSource {
  const { shape, quads } = points;
  return { shape, quads, parts: (range) => partsOf(points, range, range.rows) };
}

/** What an affine map makes of the loaded rows, made anew each time it is asked for. */
export class RowImages implements RowSource {
  readonly shape: readonly [rows: number, columns: number];
  readonly quads: number;
  readonly #workspace: Workspace;
  readonly #points: Rows;
  readonly #map: DeviceMap;
  #images: GPUBuffer | undefined;

  private constructor(workspace: Workspace, points: Rows, map: DeviceMap) {
    this.#workspace = workspace;
    this.#points = points;
    this.#map = map;
    this.shape = [points.shape[0], map.outputs];
    this.quads = map.padded / 4;
  }

  static async of(
    workspace: Workspace,
    points: Rows,
    map: AffineMap,
    precise: boolean,
  ): Promise<RowImages> {
    const made = await uploadMap(workspace, map, points.quads, precise);
    return new RowImages(workspace, points, made);
  }

  async *parts(range: RowRange, align: number): AsyncGenerator<RowPart> {
    const { inputs, padded } = this.#map;
    const [n] = this.shape;
    const step = roundUp(blockStep(4 * padded, inputs * padded), align);
    const atOnce = rowsAtOnce(this.#workspace.runtime, this.quads, step, align);
    const bytes = packedBytes(Math.min(n, atOnce), this.quads);
    this.#images ??= (await this.#workspace.allocate({ images: bytes })).images;
    for await (const part of partsOf(this.#points, range, atOnce)) {
      const source = { buffer: part.points, first: part.first, rows: part.rows };
      await mapRows(this.#workspace, this.#map, source, this.#images, true);
      yield { points: this.#images, first: 0, start: part.start, rows: part.rows };
    }
  }

  release(): void {
    releaseMap(this.#workspace, this.#map);
    if (this.#images) this.#workspace.release(this.#images);
  }
}
