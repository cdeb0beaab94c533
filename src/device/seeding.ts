/** Choosing starting centroids on the device. */
import { ceilDiv, roundUp } from '../../host/plan.js';
import type { Kernel } from '../../host/runtime.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import gatherRowsKernel from '../../shaders/gather_rows.wgsl';
import seedBlocksKernel from '../../shaders/seed_blocks.wgsl';
import seedChooseKernel from '../../shaders/seed_choose.wgsl';
import seedClosestKernel from '../../shaders/seed_closest.wgsl';
import seedRowsKernel from '../../shaders/seed_rows.wgsl';
import seedTrialsKernel from '../../shaders/seed_trials.wgsl';
import type { Random } from '../random.js';
import {
  type Chunk,
  type DevicePoints,
  forEachChunk,
  groups,
  paced,
  unpadColumns,
} from './points.js';
import { storedAs } from './storage.js';

const BLOCK = Number(seedTrialsKernel.constants.BLOCK);
/** Candidates that are tried at a time: 10 clusters have 4 trials, 1,024 have 8. */
const trialTile = (trials: number) => (trials <= 4 ? 4 : 8);
/** Centres chosen in one submission at most; between two the caller may cancel. */
const MOST_CENTRES_PER_SUBMIT = 64;
/** Dispatches' worth of work that a submission may hold; see `Pace`. */
const DISPATCHES_PER_SUBMIT = 4;

/** The weights of each chunk's rows, or one placeholder for all where there are none. */
export interface DeviceWeights {
  readonly weighted: boolean;
  readonly chunks: readonly GPUBuffer[];
}

interface SeedBuffers {
  /** Squared distance of each row to its nearest centre, a buffer a chunk. */
  readonly closest: readonly GPUBuffer[];
  readonly masses: GPUBuffer;
  readonly drawn: GPUBuffer;
  readonly rest: GPUBuffer;
  readonly picked: GPUBuffer;
}

/** The rows `indices`, n x d. */
export async function gatherRows(
  workspace: Workspace,
  { shape: [, d], quads, chunks, storage }: DevicePoints,
  indices: Uint32Array,
): Promise<Float32Array> {
  const kernel = await workspace.runtime.kernel(storedAs(storage, gatherRowsKernel));
  const count = indices.length;
  const made = await workspace.allocate({ indices: 4 * count, gathered: 16 * quads * count });
  workspace.upload(made.indices, indices);
  await workspace.runInParts('gather rows', (recording) => {
    recordGather(recording, kernel, chunks, quads, count, made.indices, made.gathered);
  });
  const rows = new Float32Array(await workspace.read(made.gathered, 0, 16 * quads * count));
  workspace.release(made.indices, made.gathered);
  return unpadColumns(rows, count, d);
}

function recordGather(
  recording: Recording,
  kernel: Kernel,
  chunks: readonly Chunk[],
  quads: number,
  count: number,
  indices: GPUBuffer,
  gathered: GPUBuffer,
): void {
  forEachChunk(recording, chunks, ({ points, start, rows }) => {
    const shape = { start, rows, quads, count };
    recording.dispatch(kernel, { shape, points, indices, gathered }, groups(kernel, count * quads));
  });
}

/** Draws rows in proportion to their weighted squared distance from the centres so far. */
class Sampler {
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
        closest: await runtime.kernel(storedAs(points.storage, seedClosestKernel), constants),
        blocks: await runtime.kernel(seedBlocksKernel),
        rows: await runtime.kernel(seedRowsKernel, constants),
        gather: await runtime.kernel(storedAs(points.storage, gatherRowsKernel)),
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

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007; trials as in scikit-learn): of `trials` rows drawn
 * in proportion to the squared distance from the centres so far, the one that leaves the least
 * potential is the next centre. Nothing is read back before the end.
 *
 * @param first the first centre's row number
 * @returns k x d
 */
export async function plusPlus(
  workspace: Workspace,
  points: DevicePoints,
  weights: DeviceWeights,
  k: number,
  trials: number,
  first: number,
  random: Random,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { runtime } = workspace;
  const { quads } = points;
  const tile = trialTile(trials);
  const paddedTrials = roundUp(trials, tile);
  const sampler = await Sampler.create(workspace, points, weights, trials, first);
  const choose = await runtime.kernel(seedChooseKernel);
  const tryOut = await runtime.kernel(storedAs(points.storage, seedTrialsKernel), {
    WEIGHTED: weights.weighted,
    TILE: tile,
  });
  const made = await workspace.allocate({
    uniforms: 4 * (k - 1) * trials,
    centres: 16 * quads * k,
    candidates: 16 * quads * paddedTrials,
    potentials: 4 * sampler.blocks * paddedTrials,
  });
  const { uniforms, centres, candidates, potentials } = made;
  // Drawn in the CPU twin's order: the same seed starts from the same rows, rounding aside.
  const draws = Float32Array.from({ length: (k - 1) * trials }, () => random.next());
  workspace.upload(uniforms, draws);
  await workspace.runInParts('first centre', (recording) => {
    sampler.takeFirst(recording, centres);
  });
  try {
    const [n, d] = points.shape;
    const workPerCentre = n * d * (3 + 2 * paddedTrials);
    const affordable = Math.floor((DISPATCHES_PER_SUBMIT * runtime.pace.budget) / workPerCentre);
    const step = Math.max(1, Math.min(MOST_CENTRES_PER_SUBMIT, affordable));
    for (let centre = 1; centre < k; centre += step) {
      signal?.throwIfAborted();
      await workspace.runInParts('k-means++', (recording) => {
        for (let next = centre; next < Math.min(k, centre + step); next++) {
          sampler.lower(recording, centres, next - 1, 1);
          sampler.draw(recording, uniforms, (next - 1) * trials, trials, candidates);
          sampler.tryOut(recording, tryOut, candidates, tile, paddedTrials, potentials);
          const shape = {
            blocks: sampler.blocks,
            trials,
            padded_trials: paddedTrials,
            quads,
            centre: next,
          };
          recording.dispatch(choose, { shape, potentials, candidates, centres }, 1);
        }
      });
      if (centre + step < k) await workspace.idle();
    }
    const rows = new Float32Array(await workspace.read(centres, 0, 16 * quads * k));
    return unpadColumns(rows, k, points.shape[1]);
  } finally {
    sampler.dispose();
    workspace.release(...Object.values(made));
  }
}

/**
 * The candidates of k-means|| (Bahmani et al. 2012): in each of `rounds` rounds `perRound` rows are
 * drawn in proportion to the squared distance from all candidates so far.
 *
 * @returns (1 + rounds perRound) x d
 */
export async function oversample(
  workspace: Workspace,
  points: DevicePoints,
  weights: DeviceWeights,
  rounds: number,
  perRound: number,
  first: number,
  random: Random,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { quads } = points;
  const total = 1 + rounds * perRound;
  const sampler = await Sampler.create(workspace, points, weights, perRound, first);
  const made = await workspace.allocate({
    uniforms: 4 * rounds * perRound,
    centres: 16 * quads * total,
    gathered: 16 * quads * perRound,
  });
  const { uniforms, centres, gathered } = made;
  workspace.upload(
    uniforms,
    Float32Array.from({ length: rounds * perRound }, () => random.next()),
  );
  await workspace.runInParts('first centre', (recording) => {
    sampler.takeFirst(recording, centres);
  });
  try {
    let known = 1;
    let fresh = 0;
    for (let round = 0; round < rounds; round++) {
      signal?.throwIfAborted();
      await workspace.runInParts('k-means||', (recording) => {
        sampler.lower(recording, centres, fresh, known - fresh);
        sampler.draw(recording, uniforms, round * perRound, perRound, gathered);
        recording.copy(gathered, 0, centres, 16 * quads * known, 16 * quads * perRound);
      });
      if (round + 1 < rounds) await workspace.idle();
      fresh = known;
      known += perRound;
    }
    const rows = new Float32Array(await workspace.read(centres, 0, 16 * quads * total));
    return unpadColumns(rows, total, points.shape[1]);
  } finally {
    sampler.dispose();
    workspace.release(...Object.values(made));
  }
}
