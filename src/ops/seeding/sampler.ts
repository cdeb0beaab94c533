/** Draws rows by their distance from the centres chosen so far. */
import { ceilDiv, roundUp, type RowRange, splitRows } from '../../../host/plan.js';
import type { Kernel } from '../../../host/runtime.js';
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';
import gatherRowsKernel from '../../../shaders/rows/gather_rows.wgsl';
import seedBlocksKernel from '../../../shaders/seeding/seed_blocks.wgsl';
import seedClosestKernel from '../../../shaders/seeding/seed_closest.wgsl';
import seedRowsKernel from '../../../shaders/seeding/seed_rows.wgsl';
import type { Random } from '../../math/random.js';
import { recordGather } from '../../rows/gather.js';
import { groups, paced } from '../../rows/device_points.js';
import type { DevicePoints } from '../../rows/rows.js';
import type { DeviceWeights } from '../../rows/weights.js';
import { together } from '../side_by_side.js';

const BLOCK = Number(seedClosestKernel.constants.BLOCK);

/** Where a choice of starting centroids begins. */
export interface FirstDraw {
  /** The first centre's row number. */
  readonly first: number;
  /** What the further ones are drawn by. */
  readonly random: Random;
}

/** Rows of a chunk whose distances to the nearest centre lie in one buffer. */
export interface Slice extends RowRange {
  /** The chunk. */
  readonly c: number;
  /** [width][stride]: of each trial. */
  readonly closest: GPUBuffer;
  /** The slice's rows, rounded up to whole blocks. */
  readonly stride: number;
  /** Its first block among those of all rows. */
  readonly firstBlock: number;
}

interface Buffers {
  readonly masses: GPUBuffer;
  readonly chosen: GPUBuffer;
  readonly drawn: GPUBuffer;
  readonly rest: GPUBuffer;
  readonly picked: GPUBuffer;
}

interface Kernels {
  readonly closest: Kernel;
  readonly blocks: Kernel;
  readonly rows: Kernel;
  readonly gather: Kernel;
}

/** Bytes that a `Sampler` holds a row, about. */
export const bytesPerRow = (width: number) => 4 * width * (1 + 1 / BLOCK);

/**
 * Draws rows in proportion to their weighted squared distance from the centres so far. There may be
 * several trials of what is the latest centre: `chosen` holds which of them counts.
 */
export class Sampler {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: DeviceWeights;
  readonly #width: number;
  readonly #buffers: Buffers;
  readonly #kernels: Kernels;
  readonly slices: readonly Slice[];
  readonly blocks: number;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    width: number,
    slices: readonly Slice[],
    buffers: Buffers,
    kernels: Kernels,
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#weights = weights;
    this.#width = width;
    this.slices = slices;
    this.#buffers = buffers;
    this.#kernels = kernels;
    this.blocks = ceilDiv(points.shape[0], BLOCK);
  }

  /**
   * @param draws rows drawn at a time
   * @param first the first centre's row number
   * @param width trials of a centre
   */
  static async create(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    draws: number,
    first: number,
    width = 1,
  ): Promise<Sampler> {
    const { runtime } = workspace;
    const constants = { WEIGHTED: weights.weighted };
    const { maxBufferSize, maxStorageBufferBindingSize } = runtime.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize) / (4 * width);
    const slices: Slice[] = [];
    for (const [c, chunk] of points.ranges.entries()) {
      // Rounded up to whole blocks, it must still fit.
      const fitting = Math.floor(most / BLOCK) * BLOCK;
      for (const range of splitRows(chunk.rows, fitting, BLOCK)) {
        const stride = roundUp(range.rows, BLOCK);
        const { closest } = await workspace.allocate({ closest: 4 * width * stride });
        const firstBlock = (chunk.start + range.start) / BLOCK;
        slices.push({ ...range, c, closest, stride, firstBlock });
      }
    }
    const buffers = await workspace.allocate({
      masses: 4 * width * ceilDiv(points.shape[0], BLOCK),
      chosen: 4,
      drawn: 4 * draws,
      rest: 4 * draws,
      picked: 4 * draws,
    });
    // Also what is drawn once there is nothing left to draw from: a row of positive weight.
    workspace.upload(buffers.picked, new Uint32Array(draws).fill(first));
    workspace.run('reset', (recording) => {
      recording.clear(buffers.chosen);
    });
    const kernels = await together({
      closest: points.kernel(seedClosestKernel, constants),
      blocks: runtime.kernel(seedBlocksKernel),
      rows: runtime.kernel(seedRowsKernel, constants),
      gather: points.kernel(gatherRowsKernel),
    });
    return new Sampler(workspace, points, weights, width, slices, buffers, kernels);
  }

  /** What a row weighs on being drawn, added up by blocks: [blocks][width]. */
  get masses(): GPUBuffer {
    return this.#buffers.masses;
  }

  /** [1]: the trial that counts. */
  get chosen(): GPUBuffer {
    return this.#buffers.chosen;
  }

  /** Makes the row that was drawn on the host the first of `centres`. */
  takeFirst(recording: Recording, centres: GPUBuffer): void {
    recordGather(recording, this.#kernels.gather, this.#points, 1, this.#buffers.picked, centres);
  }

  /** Takes `count` centres of `centres` into account, from `first` on: for a width of 1. */
  lower(recording: Recording, centres: GPUBuffer, first: number, count: number): void {
    const { quads, shape } = this.#points;
    const kernel = this.#kernels.closest;
    this.#points.pass(recording, (chunk, c) => {
      for (const slice of this.slices.filter((one) => one.c === c)) {
        for (const part of paced(this.#workspace.runtime, slice, 3 * count * shape[1], BLOCK)) {
          recording.dispatch(
            kernel,
            {
              shape: {
                first: slice.start + part.start,
                rows: part.rows,
                quads,
                first_centre: first,
                centres: count,
                fresh: first === 0 ? 1 : 0,
                first_block: slice.firstBlock + part.start / BLOCK,
              },
              points: chunk.points,
              centres,
              weights: this.#weights.chunks[c],
              closest: slice.closest,
              masses: this.#buffers.masses,
            },
            groups(kernel, ceilDiv(part.rows, BLOCK)),
          );
        }
      }
    });
  }

  /** Draws `draws` rows by the numbers `uniforms[firstDraw ..]` and gathers them. */
  draw(
    recording: Recording,
    uniforms: GPUBuffer,
    firstDraw: number,
    draws: number,
    gathered: GPUBuffer,
  ): void {
    const { masses, chosen, drawn, rest, picked } = this.#buffers;
    const { ranges } = this.#points;
    const { blocks, rows } = this.#kernels;
    recording.dispatch(
      blocks,
      {
        shape: { blocks: this.blocks, draws, first_draw: firstDraw, stride: this.#width },
        masses,
        chosen,
        uniforms,
        drawn,
        rest,
      },
      1,
    );
    for (const slice of this.slices) {
      recording.dispatch(
        rows,
        {
          shape: {
            start: ranges[slice.c].start + slice.start,
            first: slice.start,
            rows: slice.rows,
            stride: slice.stride,
            draws,
            first_block: slice.firstBlock,
          },
          closest: slice.closest,
          chosen,
          weights: this.#weights.chunks[slice.c],
          drawn,
          rest,
          picked,
        },
        groups(rows, draws),
      );
    }
    recordGather(recording, this.#kernels.gather, this.#points, draws, picked, gathered);
  }

  dispose(): void {
    this.#workspace.release(
      ...this.slices.map(({ closest }) => closest),
      ...Object.values<GPUBuffer>({ ...this.#buffers }),
    );
  }
}
