/** Each row's nearest centroid, and what the rows cost there. */
import { ceilDiv } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import pointCostsKernel from '../../../shaders/assign/point_costs.wgsl';
import labelCountsKernel from '../../../shaders/sums/label_counts.wgsl';
import runSumsKernel from '../../../shaders/sums/run_sums.wgsl';
import { groups } from '../../rows/device_points.js';
import type { Chunk } from '../../rows/rows.js';
import type { Kept } from '../device_result.js';
import type { DeviceRows, Op } from '../op.js';
import { allSettled, inBatches } from '../side_by_side.js';
import { scaled } from '../units.js';
import { type Labelling, withLabellings } from './labelling.js';
import { inMetric } from './metric.js';
import { restartsAtOnce } from './restarts.js';

export interface Assignment {
  /** Nearest centroid of each row; ties go to the lowest index. */
  readonly labels: Uint32Array;
  /** Rows a centroid owns, [k]; they sum to n. */
  readonly counts: Uint32Array;
  /** sum_i w_i |x_i - c_label(i)|^2 from direct differences ('cosine': half of that, 1 - cos). */
  readonly inertia: number;
  /** The labels, where they were to stay on the device: then `labels` is empty. */
  readonly kept?: Kept;
}

/** `centroids`: k x d, centred. */
export const assign: Op<
  [centroids: Float32Array, k: number, signal?: AbortSignal | undefined],
  Assignment
> = {
  device: (rows, centroids, k, signal) => {
    const { scale } = rows.points;
    return withLabellings(rows, k, [scaled(centroids, scale)], 1, ([labelling]) =>
      assignBy(rows, k, labelling, signal),
    );
  },
  twin: async () => (await import('./clustering.twin.js')).assign,
};

/** By a labelling. */
export async function assignBy(
  rows: DeviceRows,
  k: number,
  labelling: Labelling,
  signal: AbortSignal | undefined,
): Promise<Assignment> {
  const read = await label(rows, [labelling], signal);
  return assigned(rows, k, labelling, read());
}

/**
 * What a labelling made of the rows, of which the inertia is known or read already.
 *
 * @param keep GPUBufferUsage flags to add, where the labels are to stay on the device
 */
export async function assigned(
  rows: DeviceRows,
  k: number,
  labelling: Labelling,
  inertias: Promise<readonly number[]> | readonly number[],
  keep?: number,
): Promise<Assignment> {
  if (keep !== undefined) {
    const [inertia] = await inertias;
    const counts = await countLabels(rows, k, labelling);
    const { keptLabels } = await import('./kept_labels.js');
    const kept = await keptLabels(rows, labelling, keep);
    return { inertia, counts, labels: new Uint32Array(0), kept };
  }
  // At once, as Firefox takes 100 ms for each wait; nothing is released while one is under way.
  const [[inertia], counts, labels] = await allSettled([
    inertias,
    countLabels(rows, k, labelling),
    labelling.readLabels(),
  ] as const);
  return { inertia, counts, labels };
}

/** The inertia alone of each of several sets of centroids, where labels are not wanted. */
export const inertiasOf: Op<
  [sets: readonly Float32Array[], k: number, signal?: AbortSignal | undefined],
  readonly number[]
> = {
  device: (rows, sets, k, signal) => {
    const { workspace, points } = rows;
    return inBatches(
      sets.map((set) => scaled(set, points.scale)),
      () => restartsAtOnce(workspace, points, k, false),
      (batch) =>
        withLabellings(rows, k, batch, 1, async (labellings) => {
          const found = await (await label(rows, labellings, signal))();
          // The counts tell a true zero from those that a silent driver leaves behind.
          for (const [i, inertia] of found.entries()) {
            if (inertia === 0) await countLabels(rows, k, labellings[i]);
          }
          return found;
        }),
    );
  },
  twin: async () => (await import('./clustering.twin.js')).inertiasOf,
};

/**
 * Labels every row by each of the labellings and sums what that costs: float32 over short runs,
 * float64 over the runs.
 *
 * @returns reads the objectives
 */
export async function label(
  rows: DeviceRows,
  labellings: readonly Labelling[],
  signal: AbortSignal | undefined,
): Promise<() => Promise<readonly number[]>> {
  const { workspace, points, metric } = rows;
  const { shape, scale } = points;
  const recordCosts = await costing(rows);
  const runSums = await workspace.runtime.kernel(runSumsKernel);
  const run = Number(runSumsKernel.constants.RUN);
  const most = points.mostRows;
  const runs = ceilDiv(shape[0], run);
  const made = await workspace.allocate({
    costs: 4 * most,
    sums: 4 * ceilDiv(most, run),
    totals: 4 * runs * labellings.length,
  });
  const { costs, sums, totals } = made;
  const assigning = (labelling: Labelling, place: number) => (recording: Recording) => {
    points.pass(recording, (chunk, c) => {
      const { start, rows: count } = chunk;
      recordCosts(recording, labelling, chunk, c, costs);
      recording
        .dispatch(
          runSums,
          { shape: { count }, values: costs, sums },
          groups(runSums, ceilDiv(count, run)),
        )
        .copy(sums, 0, totals, 4 * (runs * place + start / run), 4 * ceilDiv(count, run));
    });
  };
  await workspace.runInParts('assign', ...labellings.map(assigning));
  signal?.throwIfAborted();
  return async () => {
    const bytes = await workspace.read(totals, 0, 4 * runs * labellings.length);
    workspace.release(...Object.values(made));
    return labellings.map((_, place) => {
      const costsOfRuns = new Float32Array(bytes, 4 * runs * place, runs);
      return (
        inMetric(
          costsOfRuns.reduce((sum, cost) => sum + cost, 0),
          metric,
        ) /
        scale ** 2
      );
    });
  };
}

/** Records that a chunk's rows are labelled, and what each costs. */
export async function costing({ points, weights }: DeviceRows) {
  const { quads } = points;
  const kernel = await points.kernel(pointCostsKernel, { WEIGHTED: weights.weighted });
  return (
    recording: Recording,
    labelling: Labelling,
    chunk: Chunk,
    c: number,
    costs: GPUBuffer,
  ) => {
    labelling.recordAssign(recording, chunk, c);
    recording.dispatch(
      kernel,
      {
        shape: { rows: chunk.rows, quads },
        points: chunk.points,
        centroids: labelling.side.centroids,
        labels: labelling.labels[c],
        weights: weights.chunks[c],
        costs,
      },
      groups(kernel, chunk.rows),
    );
  };
}

/** Rows each centroid owns. Throws KernelError where they are not all there. */
export async function countLabels(
  { workspace, points, weights }: DeviceRows,
  k: number,
  { labels }: Labelling,
): Promise<Uint32Array> {
  const [n] = points.shape;
  const kernel = await workspace.runtime.kernel(labelCountsKernel);
  const { counts } = await workspace.allocate({ counts: 4 * k });
  workspace.run('label counts', (recording) => {
    recording.clear(counts);
    points.ranges.forEach(({ rows }, c) => {
      recording.dispatch(
        kernel,
        { shape: { rows }, labels: labels[c], weights: weights.chunks[c], counts },
        groups(kernel, rows),
      );
    });
  });
  const result = new Uint32Array(await workspace.read(counts, 0, 4 * k));
  workspace.release(counts);
  const sum = result.reduce((total, count) => total + count, 0);
  // A driver that ran out of memory leaves zeros behind instead of an error.
  if (sum !== n) throw (await import('../../../host/refusals.js')).labelsMissing(sum, n);
  return result;
}
