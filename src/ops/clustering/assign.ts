/** Each row's nearest centroid, and what the rows cost there. */
import { KernelError } from '../../../host/errors.js';
import { ceilDiv } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import pointCostsKernel from '../../../shaders/assign/point_costs.wgsl';
import labelCountsKernel from '../../../shaders/sums/label_counts.wgsl';
import runSumsKernel from '../../../shaders/sums/run_sums.wgsl';
import { groups } from '../../rows/device_points.js';
import type { Chunk } from '../../rows/rows.js';
import type { DeviceRows, Op } from '../op.js';
import { inBatches } from '../side_by_side.js';
import { scaled, unscaled } from '../units.js';
import type { Clustering } from './clustering.js';
import { inMetric } from './metric.js';
import { Restarts, restartsAtOnce } from './restarts.js';

export interface Assignment {
  /** Nearest centroid of each row; ties go to the lowest index. */
  readonly labels: Uint32Array;
  /** Rows a centroid owns, [k]; they sum to n. */
  readonly counts: Uint32Array;
  /** sum_i w_i |x_i - c_label(i)|^2 from direct differences ('cosine': half of that, 1 - cos). */
  readonly inertia: number;
}

/** `centroids`: k x d, centred. */
export const assign: Op<
  [centroids: Float32Array, k: number, signal?: AbortSignal | undefined],
  Assignment
> = {
  device: (rows, centroids, k, signal) => {
    const { scale } = rows.points;
    return Restarts.with(rows, k, [scaled(centroids, scale)], 1, async ({ clusterings }) => {
      const read = await label(rows, clusterings, signal);
      const [clustering] = clusterings;
      // At once, as Firefox takes 100 ms for each wait; nothing is released while one is under way.
      const work = [read(), countLabels(rows, clustering), clustering.readLabels()] as const;
      await Promise.allSettled(work);
      const [[inertia], counts, labels] = await Promise.all(work);
      return { inertia, counts, labels };
    });
  },
  twin: async () => (await import('./clustering.twin.js')).assign,
};

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
        Restarts.with(rows, k, batch, 1, async ({ clusterings }) => {
          const found = await (await label(rows, clusterings, signal))();
          // The counts tell a true zero from those that a silent driver leaves behind.
          for (const [i, inertia] of found.entries()) {
            if (inertia === 0) await countLabels(rows, clusterings[i]);
          }
          return found;
        }),
    );
  },
  twin: async () => (await import('./clustering.twin.js')).inertiasOf,
};

/** Squared distance of each row to the nearest centroid, from direct differences, [n]. */
export const energies: Op<
  [centroids: Float32Array, k: number, signal?: AbortSignal | undefined],
  Float64Array
> = {
  device: async (rows, centroids, k, signal) => {
    const { workspace, points } = rows;
    const { shape, scale } = points;
    const result = new Float64Array(shape[0]);
    await Restarts.with(rows, k, [scaled(centroids, scale)], 1, async ({ clusterings: [one] }) => {
      const recordCosts = await costing(rows);
      const { costs } = await workspace.allocate({ costs: 4 * points.mostRows });
      for await (const { chunk, c } of points.visit()) {
        workspace.run('energies', (recording) => {
          recordCosts(recording, one, chunk, c, costs);
        });
        result.set(new Float32Array(await workspace.read(costs, 0, 4 * chunk.rows)), chunk.start);
        signal?.throwIfAborted();
      }
      workspace.release(costs);
      // As for inertias.
      if (result.every((energy) => energy === 0)) await countLabels(rows, one);
    });
    return unscaled(result, scale ** 2);
  },
  twin: async () => (await import('./clustering.twin.js')).energies,
};

/**
 * Labels every row by each of the clusterings and sums what that costs: float32 over short runs,
 * float64 over the runs.
 *
 * @returns reads the objectives
 */
async function label(
  rows: DeviceRows,
  clusterings: readonly Clustering[],
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
    totals: 4 * runs * clusterings.length,
  });
  const { costs, sums, totals } = made;
  const assigning = (clustering: Clustering, place: number) => (recording: Recording) => {
    points.pass(recording, (chunk, c) => {
      const { start, rows: count } = chunk;
      recordCosts(recording, clustering, chunk, c, costs);
      recording
        .dispatch(
          runSums,
          { shape: { count }, values: costs, sums },
          groups(runSums, ceilDiv(count, run)),
        )
        .copy(sums, 0, totals, 4 * (runs * place + start / run), 4 * ceilDiv(count, run));
    });
  };
  await workspace.runInParts('assign', ...clusterings.map(assigning));
  signal?.throwIfAborted();
  return async () => {
    const bytes = await workspace.read(totals, 0, 4 * runs * clusterings.length);
    workspace.release(...Object.values(made));
    return clusterings.map((_, place) => {
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

/** Records that a chunk's rows are labelled by a clustering, and what each costs. */
async function costing({ points, weights }: DeviceRows) {
  const { quads } = points;
  const kernel = await points.kernel(pointCostsKernel, { WEIGHTED: weights.weighted });
  return (
    recording: Recording,
    clustering: Clustering,
    chunk: Chunk,
    c: number,
    costs: GPUBuffer,
  ) => {
    const { labels, centroids } = clustering;
    clustering.recordAssign(recording, chunk, c);
    recording.dispatch(
      kernel,
      {
        shape: { rows: chunk.rows, quads },
        points: chunk.points,
        centroids,
        labels: labels[c],
        weights: weights.chunks[c],
        costs,
      },
      groups(kernel, chunk.rows),
    );
  };
}

/** Rows each centroid owns. Throws KernelError where they are not all there. */
async function countLabels(
  { workspace, points, weights }: DeviceRows,
  { labels, k }: Clustering,
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
  if (sum !== n) {
    throw new KernelError(
      `The device returned labels for ${sum} of ${n} rows, most likely because it ran out of memory; ` +
        `free memory, use fewer rows, or set runtime to 'cpu'.`,
    );
  }
  return result;
}
