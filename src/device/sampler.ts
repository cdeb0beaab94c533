/** Draws rows by their distance from the centres chosen so far. */
import { ceilDiv } from '../../host/plan.js';
import type { Kernel } from '../../host/runtime.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import gatherRowsKernel from '../../shaders/gather_rows.wgsl';
import seedBlocksKernel from '../../shaders/seed_blocks.wgsl';
import seedClosestKernel from '../../shaders/seed_closest.wgsl';
import seedRowsKernel from '../../shaders/seed_rows.wgsl';
import type { Random } from '../random.js';
import { recordGather } from './gather.js';
import { type DevicePoints, forEachChunk, groups, paced } from './points.js';
import type { DeviceWeights } from './weights.js';

const BLOCK = Number(seedClosestKernel.constants.BLOCK);

/** Where a choice of starting centroids begins. */
export interface FirstDraw {
  /** The first centre's row number. */
  readonly first: number;
  /** What the further ones are drawn by. */
  readonly random: Random;
}

interface SeedBuffers {
  /** Squared distance of each row to its nearest centre, a buffer a chunk. */
  readonly closest: readonly GPUBuffer[];
  readonly masses: GPUBuffer;
  readonly drawn: GPUBuffer;
  readonly rest: GPUBuffer;
  readonly picked: GPUBuffer;
}

/** Draws rows in proportion to their weighted squared distance from the centres so far. */
export class Sampler {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: DeviceWeights;
  readonly #buffers: SeedBuffers;
  readonly #kernels: { closest: Kernel; blocks: Kernel; rows: Kernel; gather: Kernel };
  readonly #firstBlock: readonly number[];
  readonly blocks: number;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    buffers: SeedBuffers,
    kernels: { closest: Kernel; blocks: Kernel; rows: Kernel; gather: Kernel },
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#weights = weights;
    this.#buffers = buffers;
    this.#kernels = kernels;
    this.#firstBlock = points.chunks.map(({ start }) => start / BLOCK);
    this.blocks = ceilDiv(points.shape[0], BLOCK);
  }

  /** @param first the first centre's row number */
  static async create(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    draws: number,
    first: number,
  ): Promise<Sampler> {
    const { runtime } = workspace;
    const constants = { WEIGHTED: weights.weighted };
    const closest: GPUBuffer[] = [];
    for (const { rows } of points.chunks) {
      closest.push((await workspace.allocate({ closest: 4 * rows })).closest);
    }
    const buffers = await workspace.allocate({
      masses: 4 * ceilDiv(points.shape[0], BLOCK),
      drawn: 4 * draws,
      rest: 4 * draws,
      picked: 4 * draws,
    });
    // Also what is drawn once there is nothing left to draw from: a row of positive weight.
    workspace.upload(buffers.picked, new Uint32Array(draws).fill(first));
    return new Sampler(
      workspace,
      points,
      weights,
      { closest, ...buffers },
      {
        closest: await runtime.kernel(seedClosestKernel, constants),
        blocks: await runtime.kernel(seedBlocksKernel),
        rows: await runtime.kernel(seedRowsKernel, constants),
        gather: await runtime.kernel(gatherRowsKernel),
      },
    );
  }

  /** Makes the row that was drawn on the host the first of `centres`. */
  takeFirst(recording: Recording, centres: GPUBuffer): void {
    const { chunks, quads } = this.#points;
    recordGather(recording, this.#kernels.gather, chunks, quads, 1, this.#buffers.picked, centres);
  }

  /** Takes `count` centres of `centres` into account, from `first` on. */
  lower(recording: Recording, centres: GPUBuffer, first: number, count: number): void {
    const { chunks, quads, shape } = this.#points;
    const kernel = this.#kernels.closest;
    forEachChunk(recording, chunks, (chunk, c) => {
      for (const part of paced(this.#workspace.runtime, chunk, 3 * count * shape[1], BLOCK)) {
        recording.dispatch(
          kernel,
          {
            shape: {
              first: part.start,
              rows: part.rows,
              quads,
              first_centre: first,
              centres: count,
              fresh: first === 0 ? 1 : 0,
              first_block: this.#firstBlock[c] + part.start / BLOCK,
            },
            points: chunk.points,
            centres,
            weights: this.#weights.chunks[c],
            closest: this.#buffers.closest[c],
            masses: this.#buffers.masses,
          },
          groups(kernel, ceilDiv(part.rows, BLOCK)),
        );
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
    const { masses, drawn, rest, picked, closest } = this.#buffers;
    const { chunks, quads } = this.#points;
    recording.dispatch(
      this.#kernels.blocks,
      {
        shape: { blocks: this.blocks, draws, first_draw: firstDraw },
        masses,
        uniforms,
        drawn,
        rest,
      },
      1,
    );
    chunks.forEach(({ start, rows }, c) => {
      recording.dispatch(
        this.#kernels.rows,
        {
          shape: { start, rows, draws, first_block: this.#firstBlock[c] },
          closest: closest[c],
          weights: this.#weights.chunks[c],
          drawn,
          rest,
          picked,
        },
        groups(this.#kernels.rows, draws),
      );
    });
    recordGather(recording, this.#kernels.gather, chunks, quads, draws, picked, gathered);
  }

  /** Records the potential each candidate would leave. */
  tryOut(
    recording: Recording,
    kernel: Kernel,
    candidates: GPUBuffer,
    tile: number,
    paddedTrials: number,
    potentials: GPUBuffer,
  ): void {
    const { chunks, quads, shape } = this.#points;
    forEachChunk(recording, chunks, (chunk, c) => {
      for (let trial = 0; trial < paddedTrials; trial += tile) {
        const work = 2 * tile * shape[1];
        for (const part of paced(this.#workspace.runtime, chunk, work, BLOCK)) {
          recording.dispatch(
            kernel,
            {
              shape: {
                first: part.start,
                rows: part.rows,
                quads,
                padded_trials: paddedTrials,
                first_trial: trial,
                first_block: this.#firstBlock[c] + part.start / BLOCK,
              },
              points: chunk.points,
              candidates,
              closest: this.#buffers.closest[c],
              weights: this.#weights.chunks[c],
              potentials,
            },
            groups(kernel, ceilDiv(part.rows, BLOCK)),
          );
        }
      }
    });
  }

  dispose(): void {
    const { closest, ...others } = this.#buffers;
    this.#workspace.release(...closest, ...Object.values(others));
  }
}
