/** Adds rows up by cluster: what moving the centroids takes. */
import { ceilDiv, roundUp } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import accumulateKernel from '../../../shaders/sums/accumulate.wgsl';
import combineKernel from '../../../shaders/sums/combine.wgsl';
import setReferencesKernel from '../../../shaders/sums/set_references.wgsl';
import sortRowsKernel from '../../../shaders/sums/sort_rows.wgsl';
import { groups } from '../../rows/device_points.js';
import type { Chunk, DevicePoints } from '../../rows/rows.js';
import type { DeviceWeights } from '../../rows/weights.js';
import { together } from '../side_by_side.js';

const SEGMENT = Number(sortRowsKernel.constants.SEGMENT);
/** Segments of a run, and of one where a run has few sums: so there are invocations enough. */
const RUN = Number(sortRowsKernel.constants.RUN);
const SHORT_RUN = RUN / 4;
const FEW_SUMS = 64;
/** Bytes of a segment's part of `order`. */
const LIST_BYTES = 4 * 3 * SEGMENT;
/** Bytes of a `ClusterSum`; see lib/cluster_sums.wgsl. */
export const SUM_BYTES = 32;
/** The most that the runs' partial sums, and the lists of rows, may take where a run fits; the rest goes in batches. */
const PARTIAL_BYTES = 24 * 1024 * 1024;
const LISTS_BYTES = 8 * 1024 * 1024;
/** Rows of a cluster in a segment, on average, from which four are loaded at a time. */
const MANY_ROWS = 16;
/** Multiply-adds a column of one row is worth in `accumulate`, whose cost is loads, not FLOPs. */
export const ACCUMULATE_WORK = 16;

/** Segments of a run. Sums depend on it, so it depends on nothing but the centroids' shape. */
function runOf(k: number, quads: number): number {
  return k * quads < FEW_SUMS ? SHORT_RUN : RUN;
}

/** Segments whose sums are made at once, where a buffer holds `most` bytes: at least 1. */
function segmentsPerBatch(k: number, quads: number, segments: number, most: number): number {
  const run = runOf(k, quads);
  const runs = Math.max(1, Math.floor(PARTIAL_BYTES / (SUM_BYTES * k * quads)));
  const lists = Math.max(1, Math.floor(LISTS_BYTES / (LIST_BYTES + 4 * k)));
  // The lists and partial sums of one buffer each: see `mostRuns`.
  const fitting = Math.floor(most / Math.max(SUM_BYTES * k * quads, 4 * run * k));
  const inBuffers = Math.min(Math.floor(most / LIST_BYTES), run * (fitting - 1) + 1);
  return Math.max(1, Math.min(segments, run * runs, lists, inBuffers));
}

/** Runs that so many segments may have a part in. */
function mostRuns(segments: number, run: number): number {
  return Math.floor((segments + 2 * run - 2) / run);
}

/** Neighbouring quads whose invocations go through the same rows together. */
function quadsAtOnce(quads: number): number {
  return Math.min(Number(accumulateKernel.constants.QUADS), quads);
}

/** What belongs to one set of centroids; see accumulate.wgsl and combine.wgsl. */
export interface SumBuffers {
  readonly references: GPUBuffer;
  readonly carry: GPUBuffer;
  readonly levels: GPUBuffer;
  readonly totals: GPUBuffer;
}

/** Bytes of each of them. */
export function sumBytes(k: number, quads: number): Record<keyof SumBuffers, number> {
  const bytes = SUM_BYTES * k * quads;
  // With the rows' shift behind the references of the clusters.
  return { references: 16 * (k + 1) * quads, carry: bytes, levels: bytes, totals: bytes };
}

interface Scratch {
  readonly order: GPUBuffer;
  readonly ranges: GPUBuffer;
  readonly partial: GPUBuffer;
}

interface Kernels {
  readonly setReferences: Kernel;
  readonly groupRows: Kernel;
  /** Invocations of it that a segment takes. */
  readonly perSegment: number;
  readonly accumulate: Kernel;
  readonly combine: Kernel;
}

/** sort_rows.wgsl takes fewer clusters: see there. */
const MOST_SORTED = 2 ** 21;

/** Lists rows by cluster: where there are lanes enough for it, a workgroup takes a segment. */
async function groupRowsOf(
  runtime: Runtime,
  k: number,
  RUN: number,
): Promise<Pick<Kernels, 'groupRows' | 'perSegment'>> {
  if (runtime.lanes === 0 && k < MOST_SORTED) {
    const groupRows = await runtime.kernel(sortRowsKernel, { RUN });
    return { groupRows, perSegment: groupRows.workgroup };
  }
  const { default: groupRowsKernel } = await import('../../../shaders/sums/group_rows.wgsl');
  return { groupRows: await runtime.kernel(groupRowsKernel, { RUN }), perSegment: 1 };
}

/** About how many bytes the sums of so many rows take, where a buffer holds `most`. */
export function sumsBytes(rows: number, k: number, quads: number, most: number): number {
  const run = runOf(k, quads);
  const batch = segmentsPerBatch(k, quads, ceilDiv(rows, SEGMENT), most);
  const runs = mostRuns(batch, run);
  // Beside the scratch: carry, levels, totals, and what is read of them.
  return LIST_BYTES * batch + 4 * run * k * runs + SUM_BYTES * k * quads * (runs + 4);
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
    const { quads } = points;
    const run = runOf(k, quads);
    const { grouping, ...others } = await together({
      setReferences: runtime.kernel(setReferencesKernel),
      grouping: groupRowsOf(runtime, k, run),
      accumulate: points.kernel(accumulateKernel, {
        RUN: run,
        WEIGHTED: weights.weighted,
        BY_FOURS: SEGMENT / k >= MANY_ROWS,
        QUADS: quadsAtOnce(quads),
      }),
      combine: runtime.kernel(combineKernel, { RUN: run }),
    });
    const kernels = { ...grouping, ...others };
    const largest = ceilDiv(points.mostRows, SEGMENT);
    const { maxBufferSize, maxStorageBufferBindingSize } = runtime.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const batch = segmentsPerBatch(k, quads, largest, most);
    const runs = mostRuns(batch, run);
    const scratch = await workspace.allocate({
      order: LIST_BYTES * batch,
      ranges: 4 * run * k * runs,
      partial: SUM_BYTES * k * quads * runs,
    });
    return new Accumulation(workspace, points, weights, k, batch, scratch, kernels);
  }

  /** Before the chunks of an iteration from `centroids`. */
  recordStart(
    recording: Recording,
    centroids: GPUBuffer,
    state: GPUBufferBinding,
    { references }: SumBuffers,
  ): void {
    const { setReferences } = this.#kernels;
    const entries = this.#k * this.#points.quads;
    recording.dispatch(
      setReferences,
      { shape: { entries }, centroids, state, references },
      groups(setReferences, entries),
    );
  }

  /**
   * Takes a chunk into the sums, a batch of segments at a time.
   *
   * @param owners see group_rows.wgsl; of the chunk's rows, as `labels`
   */
  record(
    recording: Recording,
    chunk: Chunk,
    c: number,
    labels: GPUBuffer,
    owners: GPUBuffer,
    state: GPUBufferBinding,
    { references, carry, levels, totals }: SumBuffers,
  ): void {
    const { quads, shape: whole } = this.#points;
    const { runtime } = this.#workspace;
    const { groupRows, perSegment, accumulate, combine } = this.#kernels;
    const { order, ranges, partial } = this.#scratch;
    const clusters = this.#k;
    const run = runOf(clusters, quads);
    const entries = clusters * quads;
    const weights = this.#weights.chunks[c];
    const most = Math.min(
      SEGMENT * this.#segmentsAtOnce,
      runtime.pace.rows(ACCUMULATE_WORK * whole[1], SEGMENT),
    );
    for (let first = 0; first < chunk.rows; first += most) {
      const rows = Math.min(most, chunk.rows - first);
      const segments = ceilDiv(rows, SEGMENT);
      const first_segment = (chunk.start + first) / SEGMENT;
      const last = first_segment + segments === ceilDiv(whole[0], SEGMENT) ? 1 : 0;
      const runs = ceilDiv((first_segment % run) + segments, run);
      recording
        .dispatch(
          groupRows,
          { shape: { first, rows, clusters, first_segment }, labels, state, owners, order, ranges },
          groups(groupRows, perSegment * segments),
        )
        .dispatch(
          accumulate,
          {
            shape: { quads, clusters, first_segment, segments },
            points: chunk.points,
            references,
            order,
            ranges,
            weights,
            state,
            carry,
            partial,
          },
          groups(accumulate, runs * clusters * roundUp(quads, quadsAtOnce(quads))),
        )
        .dispatch(
          combine,
          {
            shape: { entries, quads, segments, first_segment, last },
            partial,
            state,
            carry,
            levels,
            totals,
          },
          groups(combine, entries),
        );
    }
  }

  dispose(): void {
    this.#workspace.release(...Object.values<GPUBuffer>({ ...this.#scratch }));
  }
}
