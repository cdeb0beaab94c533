/** How far each cluster's rows lie from their mean, on a device. */
import { roundUp } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import pointCostsKernel from '../../../shaders/assign/point_costs.wgsl';
import { groups, padColumns } from '../../rows/device_points.js';
import type { DevicePoints } from '../../rows/rows.js';
import { loadRowWeights } from '../../rows/weights.js';
import { Accumulation, SUM_BYTES, sumBytes } from '../sums/accumulation.js';
import { labelCounts } from '../sums/label_counts.twin.js';
import { sumsOf } from '../sums/totals.js';
import { type ClusterSpread, spreadOf } from './cluster_spread.twin.js';

/** Bytes of the state that kernels of a fit look at: here always of zeros, a fit under way. */
const STATE_BYTES = 256;
/** Passes for the means: the second sums what the first, in float32, has left. */
const PASSES = 2;

/** Of k clusters, none of which is empty; `labels` are whole numbers below k, one a row. */
export async function clusterSpread(
  workspace: Workspace,
  points: DevicePoints,
  labels: Uint32Array,
  k: number,
): Promise<ClusterSpread> {
  const {
    quads,
    ranges,
    shape: [n, d],
  } = points;
  const pointCosts = await points.kernel(pointCostsKernel, { WEIGHTED: false });
  const weights = await loadRowWeights(workspace, points, undefined);
  const accumulation = await Accumulation.create(workspace, points, weights, k);
  const most = points.mostRows;
  const buffers = await workspace.allocate({
    ...sumBytes(k, quads),
    centroids: 16 * k * quads,
    state: STATE_BYTES,
    owners: roundUp(4 * most, 16),
    costs: 4 * most,
  });
  const { centroids, state, owners, costs, totals } = buffers;
  const labelled: GPUBuffer[] = [];
  for (const { start, rows } of ranges) {
    const made = await workspace.allocate({ labels: roundUp(4 * rows, 16) });
    workspace.upload(made.labels, labels.subarray(start, start + rows));
    labelled.push(made.labels);
  }
  let means: Float64Array = new Float64Array(k * d);
  const counts = labelCounts(labels, k);
  workspace.upload(centroids, padColumns(means, k, d));
  for (let pass = 0; pass < PASSES; pass++) {
    await workspace.runInParts('cluster means', (recording) => {
      recording.clear(state);
      accumulation.recordStart(recording, centroids, { buffer: state }, buffers);
      points.pass(recording, (chunk, c) => {
        accumulation.record(recording, chunk, c, labelled[c], owners, { buffer: state }, buffers);
      });
    });
    const read = new Float32Array(await workspace.read(totals, 0, SUM_BYTES * k * quads));
    const { residuals } = sumsOf(read, quads, k, d);
    means = means.map((mean, at) => Math.fround(mean) + residuals[at] / counts[Math.floor(at / d)]);
    workspace.upload(centroids, padColumns(means, k, d));
  }
  const all = new Float32Array(n);
  for await (const { chunk, c } of points.visit()) {
    const { start, rows, points: held } = chunk;
    const shape = { rows, quads };
    const bindings = { points: held, centroids, labels: labelled[c], weights: weights.chunks[c] };
    workspace.run('spread', (recording) => {
      recording.dispatch(pointCosts, { shape, ...bindings, costs }, groups(pointCosts, rows));
    });
    all.set(new Float32Array(await workspace.read(costs, 0, 4 * rows)), start);
  }
  accumulation.dispose();
  workspace.release(...labelled, ...Object.values<GPUBuffer>(buffers));
  return { means, counts, ...spreadOf(all, labels, k) };
}
