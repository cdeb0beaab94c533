/** Adds rows up by cluster: what moving the centroids takes. */
import { ceilDiv } from '../../host/plan.js';
import type { Recording } from '../../host/recording.js';
import type { Kernel } from '../../host/runtime.js';
import type { Workspace } from '../../host/workspace.js';
import accumulateKernel from '../../shaders/accumulate.wgsl';
import combineKernel from '../../shaders/combine.wgsl';
import groupRowsKernel from '../../shaders/group_rows.wgsl';
import { type Chunk, type DevicePoints, groups } from './points.js';
import { storedAs } from './storage.js';
import type { DeviceWeights } from './weights.js';

const SEGMENT = Number(accumulateKernel.constants.SEGMENT);
/** The most that the segments' partial sums may take; longer runs of segments go in batches. */
const PARTIAL_BYTES = 32 * 1024 * 1024;
/** Rows of a cluster in a segment, on average, from which four are loaded at a time. */
const MANY_ROWS = 16;
/** Multiply-adds a column of one row is worth in `accumulate`, whose cost is loads, not FLOPs. */
export const ACCUMULATE_WORK = 16;

/** Runs of rows whose sums are added up apart: entries of `SumBuffers.costs` a quad. */
export function segmentsOf(rows: number): number {
  return ceilDiv(rows, SEGMENT);
}

/** Segments whose partial sums are held at once. */
export function segmentsPerBatch(k: number, quads: number, segments: number): number {
  const bytes = 16 * k * (quads + 1);
  return Math.max(1, Math.min(segments, Math.floor(PARTIAL_BYTES / bytes)));
}

/** What belongs to one set of centroids; see accumulate.wgsl and combine.wgsl. */
export interface SumBuffers {
  readonly costs: GPUBuffer;
  readonly levels: GPUBuffer;
  readonly totals: GPUBuffer;
  readonly empties: GPUBuffer;
}

interface Scratch {
  readonly order: GPUBuffer;
  readonly ends: GPUBuffer;
  readonly partial: GPUBuffer;
}

interface Kernels {
  readonly groupRows: Kernel;
  readonly accumulate: Kernel;
  readonly combine: Kernel;
}

/** Buffers for a batch of segments, which all sets of k centroids over the same points share. */
export class Accumulation {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: DeviceWeights;
  readonly #k: number;
  readonly #segmentsAtOnce: number;
  readonly #scratch: Scratch;
  readonly #kernels: Kernels;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    k: number,
    segmentsAtOnce: number,
    scratch: Scratch,
    kernels: Kernels,
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#weights = weights;
    this.#k = k;
    this.#segmentsAtOnce = segmentsAtOnce;
    this.#scratch = scratch;
    this.#kernels = kernels;
  }

  static async create(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    k: number,
  ): Promise<Accumulation> {
    const { runtime } = workspace;
    const { quads, chunks } = points;
    const constants = { WEIGHTED: weights.weighted };
    const kernels = {
      groupRows: await runtime.kernel(groupRowsKernel, constants),
      accumulate: await runtime.kernel(storedAs(points.storage, accumulateKernel), {
        ...constants,
        BY_FOURS: SEGMENT / k >= MANY_ROWS,
      }),
      combine: await runtime.kernel(combineKernel),
    };
    const largest = chunks.reduce((most, { rows }) => Math.max(most, segmentsOf(rows)), 0);
    const batch = segmentsPerBatch(k, quads, largest);
    const scratch = await workspace.allocate({
      order: 4 * SEGMENT * batch,
      ends: 4 * k * batch,
      partial: 16 * k * (quads + 1) * batch,
    });
    return new Accumulation(workspace, points, weights, k, batch, scratch, kernels);
  }

  /** Adds a chunk to the sums about `centroids`, a batch of segments at a time. */
  record(
    recording: Recording,
    chunk: Chunk,
    c: number,
    centroids: GPUBuffer,
    labels: GPUBuffer,
    state: GPUBufferBinding,
    { costs, ...sums }: SumBuffers,
  ): void {
    const { quads, shape: whole } = this.#points;
    const { runtime } = this.#workspace;
    const { groupRows, accumulate, combine } = this.#kernels;
    const { order, ends, partial } = this.#scratch;
    const entries = this.#k * (quads + 1);
    const weights = this.#weights.chunks[c];
    const most = Math.min(
      SEGMENT * this.#segmentsAtOnce,
      runtime.pace.rows(ACCUMULATE_WORK * whole[1], SEGMENT),
    );
    for (let start = 0; start < chunk.rows; start += most) {
      const rows = Math.min(most, chunk.rows - start);
      const segments = segmentsOf(rows);
      const firstSegment = (chunk.start + start) / SEGMENT;
      const last = firstSegment + segments === segmentsOf(whole[0]);
      const shape = { first: start, rows, quads, clusters: this.#k };
      recording
        .dispatch(
          groupRows,
          { shape, labels, weights, state, order, ends, partial },
          groups(groupRows, segments),
        )
        .dispatch(
          accumulate,
          {
            shape: { ...shape, first_segment: firstSegment },
            points: chunk.points,
            centroids,
            order,
            ends,
            weights,
            state,
            partial,
            costs,
          },
          groups(accumulate, segments * quads),
        )
        .dispatch(
          combine,
          {
            shape: {
              entries,
              columns: quads + 1,
              segments,
              first_segment: firstSegment,
              last: last ? 1 : 0,
            },
            partial,
            state,
            ...sums,
          },
          groups(combine, entries),
        );
    }
  }

  dispose(): void {
    this.#workspace.release(...Object.values<GPUBuffer>({ ...this.#scratch }));
  }
}
